import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { buildAndScan, loadline, scratch } from './command-line.ts'

const dockerfile = 'FROM gcr.io/distroless/static-debian12:nonroot\nCOPY hello.txt /hello.txt\nUSER 65532\n'

function application(files: Record<string, string>): string {
  const directory = scratch()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

/** What every unfinished run owes: its exit code, one message with the fix, and reports that cannot be read as clean. */
async function expectBroken(
  source: string,
  wanted: { exitCode: number; code: string; says: RegExp },
  argv: string[] = [],
  env: Record<string, string> = {},
): Promise<void> {
  const { exitCode, run, output, stdout } = await buildAndScan(source, argv, env)
  expect({ exitCode, outcome: run.outcome, code: run.failure?.code }).toEqual({
    exitCode: wanted.exitCode,
    outcome: 'broken',
    code: wanted.code,
  })
  expect(run.failure?.message).toMatch(wanted.says)
  expect(run.failure?.hint.length).toBeGreaterThan(10)
  expect(run.release).toBeUndefined()
  expect(stdout).toContain('BROKEN')
  expect(readFileSync(join(output, 'report.sarif'), 'utf8')).toContain('"executionSuccessful": false')
  expect(readFileSync(join(output, 'report.junit.xml'), 'utf8')).toMatch(/errors="[1-9]/)
  expect(readFileSync(join(output, 'summary.md'), 'utf8')).not.toMatch(/passed/i)
}

describe('bad input', () => {
  it('a platform that is not valid', () =>
    expectBroken(
      application({ Dockerfile: dockerfile }),
      { exitCode: 2, code: 'USAGE', says: /"amd64" is not a platform/ },
      ['--platform', 'amd64'],
    ))
  it('no such directory', () =>
    expectBroken('/no/such/directory', { exitCode: 2, code: 'SOURCE', says: /does not exist/ }))
  it('a file instead of a directory', () =>
    expectBroken('package.json', { exitCode: 2, code: 'SOURCE', says: /is not a directory/ }))
  it('no Dockerfile [fault 21]', () =>
    expectBroken(application({ 'readme.txt': 'hello' }), { exitCode: 2, code: 'SOURCE', says: /has no Dockerfile/ }))
  it('an empty Dockerfile [fault 21]', () =>
    expectBroken(application({ Dockerfile: '\n\n' }), { exitCode: 2, code: 'SOURCE', says: /is empty/ }))
  it('a Dockerfile in UTF-16 [fault 21]', async () => {
    const source = application({})
    writeFileSync(join(source, 'Dockerfile'), Buffer.from('FROM scratch\n', 'utf16le'))
    await expectBroken(source, { exitCode: 2, code: 'SOURCE', says: /not UTF-8/ })
  })
  it('a frontend that cannot be run [fault 22]', () =>
    expectBroken(application({ Dockerfile: `# syntax=example.test/frontend:1\n${dockerfile}` }), {
      exitCode: 2,
      code: 'SOURCE',
      says: /line 1: .*example\.test/,
    }))
  it('a policy file that is not there [fault 27]', () =>
    expectBroken(
      application({ Dockerfile: dockerfile }),
      { exitCode: 2, code: 'POLICY', says: /cannot be read \(ENOENT\)/ },
      ['--policy', '/no/policy.yaml'],
    ))
  it('an unknown key in the policy [fault 26]', () =>
    expectBroken(application({ Dockerfile: dockerfile, 'loadline.yaml': 'version: 1\nvulnerabilites:\n  high: 3\n' }), {
      exitCode: 2,
      code: 'POLICY',
      says: /loadline\.yaml:2:1.*vulnerabilities/s,
    }))
  it('a structure-test file without tests [fault 23]', () =>
    expectBroken(application({ Dockerfile: dockerfile, 'structure-test.yaml': 'schemaVersion: 2.0.0\n' }), {
      exitCode: 2,
      code: 'STRUCTURE_TESTS',
      says: /no tests|zero tests|0 tests/i,
    }))
  it('a build secret that was not given [fault 40]', () =>
    expectBroken(
      application({ Dockerfile: `${dockerfile}RUN --mount=type=secret,id=token,required=true ["/bin/true"]\n` }),
      { exitCode: 2, code: 'CREDENTIAL', says: /token/ },
    ))
  it('a key as a value instead of its name', () =>
    expectBroken(
      application({ Dockerfile: dockerfile, 'hello.txt': 'x' }),
      { exitCode: 2, code: 'CREDENTIAL', says: /found a value/ },
      ['--publish', '127.0.0.1:9/a/b:1', '--key', 'the-key-itself'],
    ))
  it('a lock file that names the tools which are to judge it, said before an engine is looked for', () =>
    expectBroken(
      application({
        Dockerfile: dockerfile,
        'loadline.lock.json': '{"schemaVersion":1,"mode":"sealed","tools":{},"bases":[]}',
      }),
      { exitCode: 2, code: 'LOCK', says: /expected only bases in \S*loadline\.lock\.json, found tools/ },
      ['--engine', 'unix:///no/engine.sock'],
    ))
  it('an engine that does not answer [fault 60]', async () => {
    await expectBroken(
      application({ Dockerfile: dockerfile }),
      { exitCode: 3, code: 'ENGINE', says: /no Dagger engine answers at unix:\/\/\/no\/engine\.sock/ },
      ['--engine', 'unix:///no/engine.sock'],
      { LOADLINE_LOCK: '' },
    )
  })
  it('a file that COPY does not find [fault 99]', () =>
    expectBroken(application({ Dockerfile: dockerfile }), {
      exitCode: 2,
      code: 'BUILD_STEP',
      says: /Dockerfile:\d+: COPY .*hello\.txt.* failed: .*no such file/,
    }))
  it('a command that fails, with its line, its exit code and what it printed [fault 99]', () =>
    expectBroken(application({ Dockerfile: `${dockerfile.split('\n')[0]}\nRUN ["/nothing-there", "--at-all"]\n` }), {
      exitCode: 2,
      code: 'BUILD_STEP',
      says: /Dockerfile:2: RUN \["\/nothing-there", "--at-all"\]/,
    }))
  it('a base that a sealed network does not have [fault 61]', () =>
    expectBroken(application({ Dockerfile: 'FROM example.test/nothing:1\n' }), {
      exitCode: 2,
      code: 'LOCK',
      says: /line 1: .*example\.test\/nothing:1/,
    }))

  it('no vulnerability database: undecided, never zero findings [faults 1, 61]', async () => {
    const source = application({ Dockerfile: dockerfile, 'hello.txt': 'hello' })
    const { exitCode, run } = await buildAndScan(source)
    const cell = run.evidence?.platforms[0]?.evidence.vulnerabilities
    expect(cell).toMatchObject({ status: 'undecided', remedy: expect.stringContaining('--vulnerability-database') })
    expect(run.verdict?.results.find(({ rule }) => rule === 'vulnerabilities')?.status).toBe('undecided')
    expect(exitCode).not.toBe(0)
  })

  it('a damaged vulnerability database [fault 3]', async () => {
    const source = application({ Dockerfile: dockerfile, 'hello.txt': 'hello' })
    const database = scratch()
    mkdirSync(join(database, 'db'))
    writeFileSync(join(database, 'db', 'trivy.db'), 'not a database')
    writeFileSync(
      join(database, 'db', 'metadata.json'),
      '{"Version":2,"UpdatedAt":"2026-01-01T00:00:00Z","NextUpdate":"2026-01-02T00:00:00Z"}',
    )
    const { run } = await buildAndScan(source, ['--vulnerability-database', database])
    expect(run.evidence?.platforms[0]?.evidence.vulnerabilities).toMatchObject({
      status: 'undecided',
      found: expect.stringContaining('failed to read the vulnerability database'),
    })
    expect(run.outcome).not.toBe('passed')
  })

  it('reports that cannot be written [fault 71]', async () => {
    const { exitCode, stderr } = await loadline([
      'build-and-scan',
      'examples/go-service',
      '--output',
      'package.json/report',
    ])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('--output')
  })

  it('an unknown option', async () => {
    expect((await loadline(['build-and-scan', '.', '--polcy', 'x'])).exitCode).toBe(2)
  })

  it('an interrupted run leaves a report that says so, and exit code 130 [fault 59]', async () => {
    const output = scratch()
    const running = execa(
      'node',
      ['ci/loadline.mjs', 'build-and-scan', 'examples/fastapi-postgres', '--output', output],
      { reject: false, env: { npm_command: '' } },
    )
    while (!readdirSync(output).includes('engine.log')) await new Promise((resolve) => setTimeout(resolve, 50))
    const asked = Date.now()
    running.kill('SIGINT')
    const { exitCode } = await running
    expect(exitCode).toBe(130)
    expect(Date.now() - asked).toBeLessThan(5_000)
    expect(JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8'))).toMatchObject({
      outcome: 'broken',
      mode: 'unknown',
      failure: { message: expect.stringContaining('has not finished') },
    })
  })
})

describe('secrets', () => {
  const canary = 'canary-5b1f0c9e-build-secret'

  it('reach the build step that mounts them and nothing else [faults 38, 39]', async () => {
    const source = application({
      Dockerfile:
        "FROM python:3.11-slim-bookworm AS build\nRUN --mount=type=secret,id=token python3 -c \"import hashlib;print(len(open('/run/secrets/token').read()));open('/digest','w').write(hashlib.sha256(open('/run/secrets/token','rb').read()).hexdigest())\"\nFROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=build /digest /digest\nUSER 65532\n",
      'structure-test.yaml':
        'schemaVersion: 2.0.0\nfileExistenceTests:\n  - name: the step saw the secret\n    path: /digest\n    shouldExist: true\n  - name: the image does not have it\n    path: /run/secrets/token\n    shouldExist: false\n',
    })
    const { run, output, stdout, stderr } = await buildAndScan(
      source,
      ['--build-secret', 'token=env:LOADLINE_CANARY'],
      { LOADLINE_CANARY: canary },
    )
    expect(run.failure).toBeUndefined()
    expect(run.evidence?.platforms[0]?.evidence.structure).toMatchObject({
      status: 'collected',
      value: { tests: [{ passed: true }, { passed: true }] },
    })
    const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const everything = [
      stdout,
      stderr,
      ...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
    ].join('\n')
    expect(everything).not.toContain(canary)
  })
})
