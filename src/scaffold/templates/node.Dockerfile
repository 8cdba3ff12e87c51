# syntax=docker/dockerfile:1

FROM {{buildBase}} AS build
WORKDIR /app
{{manager}}

# Dependencies before code: this layer is rebuilt only when the lock file changes. Packages' install scripts do not run.
COPY {{lockFiles}} ./
RUN --mount=type=cache,target={{cache}} \
    {{secretMount}}
    {{install}}

{{copySources}}
{{build}}
# Only what is needed at run time is left.
RUN --mount=type=cache,target={{cache}} \
    {{secretMount}}
    {{prune}}

FROM {{runBase}}
{{labels}}
ENV {{environment}}
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/node_modules /app/node_modules
{{copyProgram}}
COPY deploy/healthcheck/healthcheck.mjs /healthcheck.mjs
{{copyFiles}}
{{authority}}
USER 65532:65532
EXPOSE {{port}}
HEALTHCHECK {{healthcheck}}
ENTRYPOINT {{entrypoint}}
{{command}}
