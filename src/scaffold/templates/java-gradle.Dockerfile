# syntax=docker/dockerfile:1

FROM {{buildBase}} AS build
ENV GRADLE_USER_HOME=/var/cache/gradle
WORKDIR /src

# Dependencies before code: this layer is rebuilt only when the build files or the lock file change.
COPY {{lockFiles}} ./
{{copyGradle}}
RUN --mount=type=cache,target=/var/cache/gradle \
    {{secretMount}}
    gradle --no-daemon --quiet dependencies --configuration runtimeClasspath

COPY src/main src/main
# The lib folder of the distribution contains the application's own archive and every dependency.
RUN --mount=type=cache,target=/var/cache/gradle \
    {{secretMount}}
    gradle --no-daemon installDist \
    && mkdir /app \
    && cp -r build/install/*/lib /app/lib

COPY deploy/healthcheck/HealthCheck.java ./
RUN javac -d /healthcheck HealthCheck.java

FROM {{runBase}}
{{labels}}
ENV {{environment}}
COPY --from=build /healthcheck /healthcheck
COPY --from=build /app/lib /app/lib
{{copyFiles}}
{{authority}}
USER 65532:65532
EXPOSE {{port}}
HEALTHCHECK {{healthcheck}}
ENTRYPOINT {{entrypoint}}
{{command}}
