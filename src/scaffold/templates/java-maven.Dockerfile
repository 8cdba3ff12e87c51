# syntax=docker/dockerfile:1

FROM {{buildBase}} AS build
WORKDIR /src

# Dependencies before code: this layer is rebuilt only when pom.xml changes.
COPY pom.xml ./
RUN --mount=type=cache,target=/root/.m2/repository \
    {{secretMount}}
    mvn --batch-mode --no-transfer-progress org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory=/app/lib \
    && mkdir -p /app/lib

COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2/repository \
    {{secretMount}}
    mvn --batch-mode --no-transfer-progress compile \
    && cp -r target/classes /app/classes

COPY deploy/healthcheck/HealthCheck.java ./
RUN javac -d /healthcheck HealthCheck.java

FROM {{runBase}}
{{labels}}
ENV {{environment}}
COPY --from=build /healthcheck /healthcheck
COPY --from=build /app/lib /app/lib
COPY --from=build /app/classes /app/classes
{{copyFiles}}
{{authority}}
USER 65532:65532
EXPOSE {{port}}
HEALTHCHECK {{healthcheck}}
ENTRYPOINT {{entrypoint}}
{{command}}
