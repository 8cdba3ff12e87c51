#!/bin/sh
# Any CI system, or a laptop: judge, and publish and sign where IMAGE says where to. The exit code is the verdict.
set -eu
if [ -z "${IMAGE:-}" ]; then
  exec loadline build-and-scan "${1:-.}"
fi
exec loadline build-and-scan "${1:-.}" --publish "$IMAGE" --key env:COSIGN_PRIVATE_KEY
