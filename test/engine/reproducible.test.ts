import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { withSession } from '../../ci/run/session.ts'
import { beginBuild } from '../../pipelines/begin-build.ts'
import { parseCacheScope } from '../../src/stages/build/build.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { readSource } from '../../src/stages/source/source.ts'
import { buildAndScan } from './command-line.ts'
import { secondEngine } from './second-engine.ts'
import { tinyImage } from './tiny-image.ts'

const policy = `version: 1
extends: advisory
image: {name: settled}
database: {accept: [official, given, example], maximumAge: 36500d}
build: {reproducible: verify}
rules: {reproducible: {level: deny}}
`

/** What differs between builds unless it is normalized: times of files and directories, two names of one file, an owner who has a name, and what Python compiles. */
const settled = `FROM python:3.11-slim-bookworm
ARG SOURCE_DATE_EPOCH
RUN mkdir -p /app/data && echo "$SOURCE_DATE_EPOCH" > /app/built && ln /app/built /app/again && chown -R www-data /app
COPY hello.txt /app/hello.txt
RUN echo 'x = 1' > /app/module.py && python3 -m compileall /app/module.py
USER 65532
`

function source(dockerfile: string): string {
  const directory = tinyImage('hello', policy)
  writeFileSync(join(directory, 'Dockerfile'), dockerfile)
  return directory
}

/** The digest that an engine gives a source, built without what is in its caches. */
async function builtOn(address: string, directory: string): Promise<string> {
  const engine = await findEngine({ say: () => undefined })
  const lock = parseSealedLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  const there = { ...engine, env: { ...engine.env, _EXPERIMENTAL_DAGGER_RUNNER_HOST: address } }
  return withTemporaryLog((logFile) =>
    withSession(there, logFile, async () => {
      const request = {
        directory: dag.host().directory(directory),
        lock,
        buildSecrets: new Map(),
        cacheScope: parseCacheScope('elsewhere'),
        progress: () => undefined,
        name: 'settled',
        now: new Date(),
      }
      const read = await readSource(request)
      const { archive } = (await beginBuild(read, request).again?.(read.platforms[0])) ?? {}
      return archive?.digest ?? 'no second build'
    }),
  )
}

describe('a build that is to be reproducible', () => {
  it('is done twice without what is cached, and gives the same digest on an engine that shares nothing with the first', async () => {
    const directory = source(settled)
    const { exitCode, stderr, run } = await buildAndScan(directory)
    expect(exitCode, stderr).toBe(0)
    const image = run.evidence?.platforms[0]
    const digest = image?.archive.digest
    expect(image?.reproduction).toMatchObject({
      status: 'collected',
      value: { first: digest, second: digest, count: 0 },
    })
    expect(run.verdict?.results.find(({ rule }) => rule === 'reproducible')?.status).toBe('passed')
    // What made each layer is known of a normalized image as well.
    expect(image?.evidence.base).toMatchObject({
      status: 'collected',
      value: {
        lineage: {
          base: [expect.any(String), expect.any(String)],
          layers: expect.arrayContaining([
            expect.objectContaining({ instruction: 'COPY hello.txt /app/hello.txt', line: 4 }),
          ]),
        },
      },
    })

    const second = await secondEngine()
    onTestFinished(second.end, 180_000)
    // Another checkout has other times.
    utimesSync(join(directory, 'hello.txt'), 1_000_000_000, 1_000_000_000)
    expect(await builtOn(second.address, directory)).toBe(digest)
  })

  it('is rejected if a step gives something else each time, and the file, the step and its line are named', async () => {
    const { exitCode, run } = await buildAndScan(
      source('FROM docker.io/library/debian:bookworm-slim\nRUN mkdir /app && date +%s%N > /app/id\nUSER 65532\n'),
    )
    expect(exitCode).toBe(1)
    const result = run.verdict?.results.find(({ rule }) => rule === 'reproducible')
    expect(result?.status).toBe('failed')
    expect(result?.violations).toEqual([
      expect.objectContaining({
        id: 'app/id',
        found: expect.stringMatching(/^layer 2, RUN .*date.*: other content of 20 bytes$/),
        owner: expect.objectContaining({ kind: 'application', line: 2 }),
      }),
    ])
  })
})
