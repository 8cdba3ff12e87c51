# syntax=docker/dockerfile:1

FROM {{buildBase}} AS build
WORKDIR /src

# Dependencies before code: this layer is rebuilt only when Cargo.toml or Cargo.lock changes. Cargo fetches only if there is a program.
COPY {{lockFiles}} ./
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    {{secretMount}}
    mkdir -p {{programFolder}} \
    && touch {{program}} \
    && cargo fetch --locked --target "$(rustc --print host-tuple)"

{{copySources}}
{{offline}}
# The target directory is a cache mount: unchanged crates are not recompiled. touch: copied files may be older than the empty program.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    {{secretMount}}
    touch {{program}} \
    && cargo build --release --locked --bin {{binary}} \
    && install -D target/release/{{binary}} /out/app

COPY deploy/healthcheck/main.rs healthcheck.rs
RUN rustc --edition 2021 -C opt-level=z -C strip=symbols -o /out/healthcheck healthcheck.rs

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
