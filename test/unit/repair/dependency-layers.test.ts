import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { dependenciesFirst } from '../../../src/repair/rules/dependencies-first.ts'
import { repaired, situationOf } from './situation.ts'

const ordered = (text: string, source: Record<string, string>) => repaired(text, { source }, ['order']).dockerfile

describe('what a Rust application depends on', () => {
  const manifest = '[package]\nname = "orders"\nversion = "0.1.0"\n\n[dependencies]\ntiny_http = "0.12"\n'
  const source = { 'Cargo.toml': manifest, 'Cargo.lock': '', 'src/main.rs': '' }
  const text =
    'FROM rust:1 AS build\nWORKDIR /app\n# All of it.\nCOPY . .\nRUN cargo build -v --release\nFROM scratch\nCOPY --from=build /app /\n'
  const prepared = (build: string, clean: string, empty = "echo 'fn main() {}' > src/main.rs") =>
    `RUN mkdir src \\\n    && ${empty} \\\n    && ${build} \\\n    && ${clean} \\\n    && rm -r src\n`
  const usual = prepared('cargo build -v --release', 'cargo clean -p orders --release')

  it('is compiled with an empty program, of which nothing is left', () => {
    expect(ordered(text, source)).toBe(text.replace('# All', `COPY Cargo.toml Cargo.lock ./\n${usual}# All`))
  })
  it('is compiled once', () => {
    const once = ordered(text, source)
    expect(ordered(once, source)).toBe(once)
  })
  it('is compiled with an empty library as well, with the same variables and for the same target', () => {
    const of = text.replace('cargo build -v', 'RUSTFLAGS=-g cargo build --target=x86_64-unknown-linux-musl')
    expect(ordered(of, { ...source, 'src/lib.rs': '' })).toContain(
      prepared(
        'RUSTFLAGS=-g cargo build --target=x86_64-unknown-linux-musl --release',
        'RUSTFLAGS=-g cargo clean -p orders --target=x86_64-unknown-linux-musl --release',
        "echo 'fn main() {}' > src/main.rs \\\n    && touch src/lib.rs",
      ),
    )
  })
  it('needs no copies of manifests that were copied before the code', () => {
    const of = text.replace('COPY . .', 'COPY Cargo.toml Cargo.lock /app/\nCOPY src /app/src/')
    expect(ordered(of, source)).toBe(of.replace('COPY src', `${usual}COPY src`))
  })
  it('is compiled behind the packages that it may need, where the code is copied now', () => {
    const of = text.replace('RUN cargo', 'RUN apt-get update && apt-get install -y libssl-dev\nRUN cargo')
    expect(ordered(of, source)).toBe(
      `FROM rust:1 AS build\nWORKDIR /app\nRUN apt-get update && apt-get install -y libssl-dev\nCOPY Cargo.toml Cargo.lock ./\n${usual}# All of it.\nCOPY . .\nRUN cargo build -v --release\nFROM scratch\nCOPY --from=build /app /\n`,
    )
  })
  it('is compiled with the secrets of the compilation', () => {
    const of = text.replace('RUN cargo', 'RUN --mount=type=secret,id=token cargo')
    expect(ordered(of, source)).toContain('RUN --mount=type=secret,id=token mkdir src')
  })
  it.each<[string, Record<string, string>, string]>([
    ['a program that builds it', { 'build.rs': '' }, text],
    ['settings of Cargo', { '.cargo/config.toml': '' }, text],
    ['several programs', { 'src/bin/import.rs': '' }, text],
    ['several packages', { 'Cargo.toml': `${manifest}[workspace]\nmembers = ["a"]\n` }, text],
    ['a package of the source', { 'Cargo.toml': `${manifest}a = { path = "a" }\n` }, text],
    ['a manifest that cannot be read', { 'Cargo.toml': '[package' }, text],
    ['a directory that changes before it', {}, text.replace('RUN cargo', 'WORKDIR /app/orders\nRUN cargo')],
    ['a cache of its own', {}, text.replace('RUN cargo', 'RUN --mount=type=cache,target=/app/target cargo')],
    ['another package', {}, text.replace('-v', '-p import')],
    ['files that are not known', {}, text.replace('COPY . .', 'COPY --from=other / .')],
  ])('stays where it is with %s', (_, more, of) => {
    expect(ordered(of, { ...source, ...more })).toBe(of)
  })
})

describe('what Maven needs', () => {
  const source = { 'pom.xml': '<project/>', 'src/main/java/shop/Main.java': '' }
  const text =
    'FROM maven:3-eclipse-temurin-17 AS build\nWORKDIR /app\nCOPY . .\nRUN mvn -B clean install -DskipTests\nFROM scratch\nCOPY --from=build /app /\n'
  const prepared =
    'RUN test ! -e /app/target \\\n    && mvn -B clean install -DskipTests -Dspring-boot.repackage.skip \\\n    && rm -rf /app/target\n'

  it('is fetched by a build without code, whose result is removed', () => {
    expect(ordered(text, source)).toBe(text.replace('COPY', `COPY pom.xml ./\n${prepared}COPY`))
  })
  it('is fetched before the code, where the manifest comes after it or is named', () => {
    const of =
      'FROM maven:3-eclipse-temurin-17 AS build\nCOPY src /app/src\nCOPY pom.xml /app\nRUN mvn -f /app/pom.xml package\nFROM scratch\nCOPY --from=build /app /\n'
    expect(ordered(of, source)).toBe(
      of.replace(
        'COPY src',
        'COPY pom.xml /app/\nRUN test ! -e /app/target \\\n    && mvn -f /app/pom.xml package -Dspring-boot.repackage.skip \\\n    && rm -rf /app/target\nCOPY src',
      ),
    )
  })
  it.each<[string, Record<string, string>, string]>([
    ['settings of its own', { '.mvn/maven.config': '' }, text],
    ['a directory that a shell would read otherwise', {}, text.replace('/app\n', '/app;id\n')],
    ['modules', { 'orders/pom.xml': '' }, text],
    ['a goal that may publish', {}, text.replace('-DskipTests', 'jib:build')],
    ['another goal', {}, text.replace('clean install', 'compile')],
    ['a variable', {}, text.replace('-DskipTests', '-Drevision=$REVISION')],
  ])('stays where it is with %s', (_, more, of) => {
    expect(ordered(of, { ...source, ...more })).toBe(of)
  })
})

describe('what Go downloads before the code', () => {
  const source = { 'go.mod': 'module a\nrequire example.com/b v1.0.0\n', 'main.go': '' }
  const text =
    'FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN GOPRIVATE=example.com go build -o /a .\nFROM scratch\nCOPY --from=build /a /a\n'

  it('comes from where the compilation would fetch it', () => {
    expect(ordered(text, source)).toContain('RUN GOPRIVATE=example.com go mod download\n')
  })
})

describe('a layer that does not build', () => {
  it('leaves the order of the others as it would be without it', () => {
    const text =
      'FROM node:24 AS web\nWORKDIR /web\nCOPY . .\nRUN npm ci\nFROM maven:3-eclipse-temurin-17 AS build\nWORKDIR /app\nCOPY . .\nRUN mvn package\nFROM scratch\nCOPY --from=web /web /web\nCOPY --from=build /app /app\n'
    const source = { 'package.json': '{}', 'a.js': '', 'pom.xml': '<project/>', 'src/main/java/Main.java': '' }
    const [proposal] = dependenciesFirst.propose(situationOf(text, { source })).proposals ?? []
    expect(applyEdits(text, proposal?.edits ?? [])).toMatch(/RUN npm ci\nCOPY[\s\S]*COPY pom.xml/)
    const otherwise = applyEdits(text, proposal?.otherwise?.edits ?? [])
    expect(otherwise).toMatch(/RUN npm ci\nCOPY/)
    expect(otherwise).not.toContain('COPY pom.xml')
  })
})
