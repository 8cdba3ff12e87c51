# syntax=docker/dockerfile:1

FROM {{buildBase}} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /app

# Dependencies before code: this layer is rebuilt only when the lock file changes.
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \
    {{secretMount}}
    pip install {{installOptions}} --target=site-packages -r /tmp/requirements.txt \
    && rm -rf site-packages/bin

{{copySources}}
# The root file system is read-only at run time, so bytecode is written now; its validity does not depend on file times.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /app

FROM {{runBase}}
{{labels}}
# Safe path: modules come only from PYTHONPATH, never from the directory in which the container was started.
ENV {{environment}}
COPY --from=build /app /app
COPY deploy/healthcheck/healthcheck.py /healthcheck.py
{{copyObserving}}
{{copyFiles}}
{{authority}}
USER 65532:65532
EXPOSE {{port}}
HEALTHCHECK {{healthcheck}}
ENTRYPOINT {{entrypoint}}
{{command}}
