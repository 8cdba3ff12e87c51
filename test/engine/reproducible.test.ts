import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { buildAndScan } from './command-line.ts'
import { secondEngine } from './second-engine.ts'
import { tinyImage } from './tiny-image.ts'

const policy = `version: 1
extends: advisory
database: {accept: [official, given, example], maximumAge: 36500d}
build: {reproducible: verify}
rules: {reproducible: {level: deny}}
`

const base = 'FROM docker.io/library/debian:bookworm-slim\n'
/** What differs from build to build unless somebody sees to it: times of files and directories, of two names of one file, and an owner who has a name. */
const settled = `${base}ARG SOURCE_DATE_EPOCH
RUN mkdir -p /app/data && echo "$SOURCE_DATE_EPOCH" > /app/built && ln /app/built /app/again && chown -R www-data /app
COPY hello.txt /app/hello.txt
USER 65532
`

function source(dockerfile: string): string {
  const directory = tinyImage('hello', policy)
  writeFileSync(join(directory, 'Dockerfile'), dockerfile)
  return directory
}

describe('a build that is to be reproducible', () => {
  it('is done twice without what is cached, and gives one digest on two engines', async () => {
    const { env, lockFile = '' } = await findEngine({ say: () => undefined })
    const second = await secondEngine()
    onTestFinished(second.end, 60_000)
    const directory = source(settled)
    const on = (engine: string) => buildAndScan(directory, ['--engine', engine, '--lock', lockFile])
    const here = await on(env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? '')
    const there = await on(second.address)
    for (const { exitCode, stderr } of [here, there]) expect(exitCode, stderr).toBe(0)
    const [one, other] = [here, there].map(({ run }) => run.evidence?.platforms[0])
    expect(one?.reproduction).toMatchObject({
      status: 'collected',
      value: { first: one?.archive.digest, second: one?.archive.digest, count: 0 },
    })
    expect(other?.archive.digest).toBe(one?.archive.digest)
    // Whose layer is whose is known of a normalized image as well.
    expect(one?.evidence.base).toMatchObject({
      status: 'collected',
      value: { lineage: { base: [expect.any(String)] } },
    })
  })

  it('is rejected where a step gives something else each time, and the step and the file are named', async () => {
    const { exitCode, run } = await buildAndScan(
      source(`${base}RUN mkdir /app && cat /proc/sys/kernel/random/uuid > /app/id\nUSER 65532\n`),
    )
    expect(exitCode).toBe(1)
    const result = run.verdict?.results.find(({ rule }) => rule === 'reproducible')
    expect(result?.status).toBe('failed')
    expect(result?.violations.map(({ found }) => found)).toEqual([
      expect.stringMatching(/differs: app\/id \(content\)$/),
    ])
  })
})
