# syntax=docker/dockerfile:1

# The compiler runs on the machine's own platform and compiles for the target platform: no emulation.
FROM --platform=$BUILDPLATFORM {{buildBase}} AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src

# Dependencies before code: this layer is rebuilt only when go.mod or go.sum changes.
COPY {{lockFiles}} ./
RUN --mount=type=cache,target=/go/pkg/mod \
    {{secretMount}}
    go mod download

{{copySources}}
COPY deploy/healthcheck deploy/healthcheck
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS="$TARGETOS" GOARCH="$TARGETARCH" \
    go build -mod=readonly -trimpath -buildvcs=false -ldflags="-s -w" -o /out/app {{package}} \
    && CGO_ENABLED=0 GOOS="$TARGETOS" GOARCH="$TARGETARCH" \
    go build -mod=readonly -trimpath -buildvcs=false -ldflags="-s -w" -o /out/healthcheck ./deploy/healthcheck

FROM {{runBase}}
{{labels}}
ENV {{environment}}
COPY --from=build /out/healthcheck /healthcheck
COPY --from=build /out/app /app
{{copyFiles}}
{{authority}}
USER 65532:65532
EXPOSE {{port}}
HEALTHCHECK {{healthcheck}}
ENTRYPOINT {{entrypoint}}
{{command}}
