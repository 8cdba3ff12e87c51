import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../src/model/index.ts'
import { advisory, application, base } from './application.ts'
import { buildAndScan, scratch } from './command-line.ts'

/** Tests that say which files are in the image. */
function files(expected: Record<string, boolean>): string {
  const tests = Object.entries(expected).map(([path, shouldExist]) => ({ name: path, path, shouldExist }))
  return JSON.stringify({ schemaVersion: '2.0.0', fileExistenceTests: tests })
}

function failedTests(run: Run): string[] {
  const structure = run.evidence?.platforms[0]?.evidence.structure
  if (structure?.status !== 'collected')
    throw new Error(`no structure tests: ${JSON.stringify(structure ?? run.failure)}`)
  return structure.value.tests
    .filter(({ passed }) => !passed)
    .map(({ name, errors }) => `${name}: ${errors.join('; ')}`)
}

describe('the build context', () => {
  it('keeps links as links, wherever they point, and file names as they are [faults 41, 42]', async () => {
    const outside = scratch()
    writeFileSync(join(outside, 'outside.txt'), 'outside-canary-19c2')
    const names = [
      'with space',
      '-leading-dash',
      'quote\'s"',
      '$(touch pwned)',
      '`touch pwned`',
      'ünï✓',
      'a'.repeat(250),
      'line\nbreak',
      '::error::x',
    ]
    const source = application({
      ...Object.fromEntries(names.map((name) => [`odd/${name}`, 'x'])),
      Dockerfile: `FROM ${base}\nCOPY . /context\n`,
      'loadline.yaml': advisory,
      'structure-test.yaml': files({
        ...Object.fromEntries(
          names.filter((name) => !name.includes('\n')).map((name) => [`/context/odd/${name}`, true]),
        ),
        '/context/odd/pwned': false,
        '/context/pwned': false,
      }),
    })
    symlinkSync(join(outside, 'outside.txt'), join(source, 'absolute'))
    symlinkSync('../../../../../../../../etc/hostname', join(source, 'upwards'))
    symlinkSync('loop', join(source, 'loop'))
    symlinkSync('.', join(source, 'itself'))
    const { run, exitCode, stdout, stderr } = await buildAndScan(source)
    expect(run.failure).toBeUndefined()
    expect(failedTests(run)).toEqual([])
    expect(exitCode).toBe(0)
    expect(JSON.stringify(run) + stdout + stderr).not.toContain('outside-canary')
    // Nothing of what the links point at was copied: the image has the links themselves, of a few bytes each.
    const size = run.evidence?.platforms[0]?.evidence.size
    expect(
      size?.status === 'collected' &&
        size.value.largest.filter(({ path }) => /^\/context\/(absolute|upwards|loop|itself)/.test(path)),
    ).toEqual([])
  })

  it('may lie below a path with every sign that a shell would interpret [fault 42]', async () => {
    const source = application({})
    const directory = join(source, 'it\'s a $(false) `false` "directory" ✓')
    const made = application({
      Dockerfile: `FROM ${base}\nCOPY hello.txt /hello.txt\n`,
      'hello.txt': 'hello',
      'loadline.yaml': advisory,
    })
    await execa('cp', ['-r', made, directory])
    const { run, exitCode } = await buildAndScan(directory)
    expect({ exitCode, failure: run.failure, name: run.subject.name }).toEqual({
      exitCode: 0,
      failure: undefined,
      name: 'it-s-a-false-false-directory',
    })
  })

  it('leaves a pipe out, and does not wait for it [fault 41]', async () => {
    const source = application({
      Dockerfile: `FROM ${base}\nCOPY . /context\n`,
      'loadline.yaml': advisory,
      'structure-test.yaml': files({ '/context/pipe': false }),
    })
    await execa('mkfifo', [join(source, 'pipe')])
    const { run, exitCode } = await buildAndScan(source)
    expect({ exitCode, failure: run.failure, failed: failedTests(run) }).toEqual({
      exitCode: 0,
      failure: undefined,
      failed: [],
    })
  })

  it.each([
    ['the specific one counts where it says something', 'b.txt\n', { '/context/a.txt': true, '/context/b.txt': false }],
    ['the general one counts where the specific one is empty', '', { '/context/a.txt': false, '/context/b.txt': true }],
  ])('with .dockerignore and Dockerfile.dockerignore: %s [fault 43]', async (_, specific, expected) => {
    const source = application({
      Dockerfile: `FROM ${base}\nCOPY . /context\n`,
      '.dockerignore': 'a.txt\n',
      'Dockerfile.dockerignore': specific,
      'a.txt': 'a',
      'b.txt': 'b',
      'loadline.yaml': advisory,
      'structure-test.yaml': files(expected),
    })
    const { run } = await buildAndScan(source)
    expect(failedTests(run)).toEqual([])
  })
})

describe('a cache mount', () => {
  it('is shared within its scope, and never with another [fault 45]', async () => {
    const source = application({
      Dockerfile: [
        'FROM python:3.11-slim-bookworm AS build',
        'ARG RUN',
        "RUN --mount=type=cache,id=fault-45,target=/cache [\"python3\", \"-c\", \"import os; open('/seen', 'w').write(' '.join(sorted(os.listdir('/cache'))) + '.'); open('/cache/' + os.environ['RUN'], 'w')\"]",
        `FROM ${base}`,
        'COPY --from=build /seen /seen',
        '',
      ].join('\n'),
      'loadline.yaml': advisory,
    })
    const id = `${process.pid}-${Date.now()}`
    const seen = async (step: string, scope: string, expected: string) => {
      writeFileSync(
        join(source, 'structure-test.yaml'),
        JSON.stringify({
          schemaVersion: '2.0.0',
          fileContentTests: [{ name: step, path: '/seen', expectedContents: [expected] }],
        }),
      )
      const { run } = await buildAndScan(source, [
        '--cache-scope',
        `${scope}-${id}`,
        '--build-arg',
        `RUN=${step}-${id}`,
      ])
      return failedTests(run)
    }
    expect(await seen('first', 'pull-request/1', '^\\.$')).toEqual([])
    expect(await seen('second', 'trusted', '^\\.$')).toEqual([])
    expect(await seen('third', 'pull-request/1', `^first-${id}\\.$`)).toEqual([])
  })
})
