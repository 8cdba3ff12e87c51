#!/bin/bash
# Copies installed files, with every library that they are linked to, into a directory: linked-files.sh DIRECTORY RECORDS FILE...
# Each lies where its package has it, with the record and the copyright of that package: what has no record is never scanned. RECORDS
# has the records of packages that are there already (a distroless image's /var/lib/dpkg/status.d); nothing of those is copied.
set -euo pipefail
directory=$1
there=$2
shift 2
records=$directory/var/lib/dpkg/status.d
mkdir --parents "$records"

copy() { # one file, at each path by which its package names it; fails if no package does
  local real owned owner path taken=
  real=$(realpath "$1")
  owned=$(dpkg-query --search "*/$(basename "$1")")
  while IFS=' ' read -r owner path; do
    # Another file of the same name, or of several packages.
    if [[ "$path" != /* || "$(realpath "$path")" != "$real" ]]; then continue; fi
    taken=1
    owner=${owner%%:*}
    if [ -e "$there/$owner" ]; then continue; fi
    cp --parents --no-dereference "$path" "$directory"
    record "$owner"
  done <<< "$owned"
  if [ -z "$taken" ]; then echo "no package has $1" >&2; exit 1; fi
}

record() {
  if [ -e "$records/$1" ]; then return; fi
  dpkg-query --status "$1" | sed '/^Status: /d' > "$records/$1"
  cp "$(dpkg-query --control-path "$1" md5sums)" "$records/$1.md5sums"
  cp --parents "/usr/share/doc/$1/copyright" "$directory"
}

for file in "$@"; do
  linked=
  if [ -x "$file" ]; then linked=$(ldd "$file"); fi
  if grep 'not found' <<< "$linked"; then exit 1; fi
  for found in "$file" $(sed --quiet --regexp-extended 's/^(.* => |\s*)(\/\S+) \(0x.*/\2/p' <<< "$linked"); do
    copy "$found"
    real=$(realpath "$found")
    if [ "$(basename "$real")" != "$(basename "$found")" ]; then copy "$real"; fi
  done
done
