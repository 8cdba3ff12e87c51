import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { describe, expect, it } from 'vitest'
import type { Run, Violation } from '../../src/model/index.ts'
import { runTool } from '../../src/engine/run-tool.ts'
import { advisory, application, base, onEngine } from './application.ts'
import { buildAndScan, scratch } from './command-line.ts'

function violations(run: Run, rule: string): Violation[] {
  const result = run.verdict?.results.find((entry) => entry.rule === rule)
  if (result === undefined || result.status === 'undecided')
    throw new Error(`no answer of ${rule}: ${JSON.stringify(result ?? run.failure)}`)
  return result.violations
}

/** The examples' own database, in a directory that can be changed. */
async function exampleDatabase(): Promise<string> {
  const directory = scratch()
  await onEngine(async ({ exampleDatabase: database }) => {
    if (database === undefined) throw new Error('the lock file has no example database')
    await dag.container().from(database.reference).rootfs().directory('db').export(directory)
  })
  return directory
}

const key = () =>
  execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

describe('scanners', () => {
  it('that are killed give no evidence [fault 12]', async () => {
    await onEngine(async () => {
      const container = dag.container().from('python:3.11-slim-bookworm').withEnvVariable('AT', String(Date.now()))
      const killed = runTool('trivy', container, [
        'python3',
        '-c',
        'import os, signal; print("{}", flush=True); os.kill(os.getpid(), signal.SIGKILL)',
      ])
      await expect(killed).rejects.toMatchObject({
        code: 'TOOL',
        message: 'trivy was killed (exit 137, usually out of memory)',
      })
    })
  })

  it('obey nothing that the source or the image brings along [faults 17, 18]', async () => {
    const configuration = {
      '.trivyignore': 'private-key\n',
      '.trivyignore.yaml': 'secrets:\n  - id: private-key\n',
      'trivy.yaml': 'scan:\n  skip-files: ["**/*"]\nseverity: [LOW]\n',
      'trivy-secret.yaml': 'disable-rules: [private-key]\n',
      '.vex/openvex.json': '{}',
      '.hadolint.yaml': 'ignored: [DL3020]\nfailure-threshold: none\n',
      '.dive-ci': 'rules:\n  lowestEfficiency: 0\n',
    }
    const source = application({
      ...configuration,
      Dockerfile: `FROM ${base}\nADD . /\n`,
      deploy_key: key(),
      'loadline.yaml': advisory,
    })
    const { run, exitCode } = await buildAndScan(source)
    expect(violations(run, 'secrets').map(({ id, subject }) => `${id} ${subject.replace(/:\d+$/, '')}`)).toContain(
      'private-key /deploy_key',
    )
    expect(violations(run, 'lint-level').map(({ id }) => id)).toContain('DL3020')
    expect(exitCode).toBe(0)
  })

  it('find credentials in ARG, ENV, labels, history and a file that a later layer deletes [fault 37]', async () => {
    const source = application({
      Dockerfile: [
        'FROM python:3.11-slim-bookworm',
        'ARG NPM_TOKEN=npm_0123456789abcdefghijABCDEFGHIJ012345',
        'ENV DB_PASSWORD=correct-horse-battery-staple',
        'LABEL deploy.token=ghp_0123456789abcdefghijABCDEFGHIJ012345',
        'COPY deploy_key /deploy_key',
        'RUN rm /deploy_key',
        '',
      ].join('\n'),
      deploy_key: key(),
      'loadline.yaml': advisory,
    })
    const { run, output } = await buildAndScan(source)
    expect(violations(run, 'secrets').map(({ id, location }) => `${id} ${location?.path}`)).toContain(
      'private-key /deploy_key',
    )
    // Dagger's builder keeps a build argument among the variables of the image, where BuildKit's own leaves it in the history.
    expect(
      violations(run, 'suspected-secrets')
        .map(({ id, subject }) => `${subject} ${id}`)
        .toSorted(),
    ).toEqual(['environment DB_PASSWORD', 'environment NPM_TOKEN', 'label deploy.token'])
    const everything = ['verdict.json', 'report.html', 'report.sarif', 'summary.md', 'report.junit.xml']
      .map((name) => readFileSync(join(output, name), 'utf8'))
      .join('\n')
    expect(everything).not.toMatch(/correct-horse|npm_0123456789|ghp_0123456789/)
  })
})

describe('the vulnerability database', () => {
  it('that cannot be downloaded leaves nothing scanned, and nothing passes [faults 1, 4]', async () => {
    const source = application({
      Dockerfile: `FROM ${base}\nCOPY hello.txt /hello.txt\n`,
      'hello.txt': 'hello',
      'loadline.yaml': advisory,
    })
    const { run, exitCode } = await buildAndScan(source, ['--vulnerability-database', '127.0.0.1:9/no/database:2'])
    expect({ exitCode, outcome: run.outcome }).toEqual({ exitCode: 3, outcome: 'undecided' })
    const cell = run.evidence?.platforms[0]?.evidence.vulnerabilities
    expect(cell).toMatchObject({
      status: 'undecided',
      found: expect.stringContaining('failed to download the vulnerability database from 127.0.0.1:9/no/database:2'),
      remedy: expect.stringContaining('Nothing was scanned'),
    })
  })

  it('and the policy are looked at anew in every run, though the image is the same [fault 62]', async () => {
    // A text of its own: what other runs left of the same file in the engine's cache may have been written as another layer.
    const source = application({
      Dockerfile: `FROM ${base}\nCOPY hello.txt /hello.txt\n`,
      'hello.txt': String(Date.now()),
    })
    const policies = application({
      'advisory.yaml': advisory,
      'other.yaml': `${advisory}rules: {healthcheck: {level: deny}}\n`,
    })
    const [fresh, old] = [await exampleDatabase(), scratch()]
    cpSync(fresh, old, { recursive: true })
    const metadata = JSON.parse(readFileSync(join(old, 'metadata.json'), 'utf8')) as Record<string, unknown>
    writeFileSync(join(old, 'metadata.json'), JSON.stringify({ ...metadata, UpdatedAt: '1901-01-01T00:00:00Z' }))

    const judge = async (policy: string, database: string) =>
      (await buildAndScan(source, ['--policy', join(policies, policy), '--vulnerability-database', database])).run
    const first = await judge('advisory.yaml', fresh)
    const otherDatabase = await judge('advisory.yaml', old)
    const otherPolicy = await judge('other.yaml', fresh)
    const statusOf = (run: Run, rule: string) => run.verdict?.results.find((result) => result.rule === rule)?.status

    expect(new Set([first, otherDatabase, otherPolicy].map((run) => run.verdict?.binding.images[0]?.digest)).size).toBe(
      1,
    )
    expect([first, otherDatabase, otherPolicy].map((run) => statusOf(run, 'database-age'))).toEqual([
      'passed',
      'warned',
      'passed',
    ])
    expect([first, otherDatabase, otherPolicy].map((run) => statusOf(run, 'healthcheck'))).toEqual([
      'warned',
      'warned',
      'failed',
    ])
    expect(first.verdict?.binding.policy).toBe(otherDatabase.verdict?.binding.policy)
    expect(first.verdict?.binding.policy).not.toBe(otherPolicy.verdict?.binding.policy)
    expect(otherDatabase.verdict?.binding.databases[0]?.updatedAt).toBe('1901-01-01T00:00:00Z')
    expect(existsSync(join(fresh, 'trivy.db'))).toBe(true)
  })
})
