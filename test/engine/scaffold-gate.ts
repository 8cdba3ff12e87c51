import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dag } from '@dagger.io/dagger'
import { execa } from 'execa'
import { expect, onTestFinished } from 'vitest'
import type { PlatformEvidence, Run } from '../../src/model/index.ts'
import { targetNames } from '../../src/scaffold/index.ts'
import { copyOf } from '../unit/scaffold/applications.ts'
import { onEngine } from './application.ts'
import { buildAndScan, loadline } from './command-line.ts'

/** SOC 2 puts a scaffold on the strict policy. */
export const answers = [
  ...targetNames.flatMap((target) => ['--target', target]),
  '--compliance',
  'soc2',
  '--repository',
  'https://git.example.com/shop/orders',
  '--name',
  'orders',
  '--image',
  'registry.example.com/shop/orders',
]

interface Expected {
  /** Most bytes that the image may have unpacked. Node and the Java runtime alone have more than the 100 MB of other interpreted images. */
  unpacked: number
  /** What the gate runs beside the image. */
  services?: string[]
  /** What it says before it ends, where it says something that only a working service can have told it. */
  says?: RegExp
}

// The name of the key holds that of the service, which is the value of a variable, and such values are blotted out.
const withPostgres: Expected = { unpacked: 100e6, services: ['postgres'], says: /"disconnected", "[^"]+": "17\./ }

/** What can be built here. `npm test` builds those of `everyday`; the others, which need bases and compilers of their own, are built by the exhaustive tests. */
export const stacks: Record<string, Expected> = {
  'python-pip': withPostgres,
  'python-poetry': withPostgres,
  'python-uv': withPostgres,
  'node-npm': { unpacked: 220e6 },
  'node-pnpm': { unpacked: 220e6 },
  'node-yarn': { unpacked: 220e6 },
  go: { unpacked: 50e6 },
  'java-maven': { unpacked: 320e6 },
  rust: { unpacked: 50e6 },
}

/** One of each kind: with a virtual environment and a service beside it, with a package manager's directory, with a compiler. */
export const everyday = ['python-pip', 'node-npm', 'go']

const emptyJavaIndex = `
import json, os, sqlite3, sys
os.makedirs(sys.argv[1])
index = sqlite3.connect(os.path.join(sys.argv[1], "trivy-java.db"))
index.execute("CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)")
index.execute("CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT)")
index.commit()
times = dict.fromkeys(["NextUpdate", "UpdatedAt", "DownloadedAt"], "2026-11-24T00:00:00Z")
json.dump({"Version": 1, **times}, open(os.path.join(sys.argv[1], "metadata.json"), "w"))
`

/** The gate that a scaffold has to pass, with what the strict policy wants a call to bring. */
export interface Gate {
  /** Judges a source by the policy that lies in it. */
  judge(directory: string): Promise<Judged>
  end(): void
}

export interface Judged {
  verdict: object
  evidence: PlatformEvidence | undefined
  said: string
}

/**
 * A vulnerability database and a list of exploited vulnerabilities, neither older than the strict policy allows. Both say what the examples and the fixture say; only their
 * dates are of today.
 */
export async function gateOfToday(): Promise<Gate> {
  const ofToday = mkdtempSync(join(tmpdir(), 'loadline-of-today-'))
  await databaseOfToday(join(ofToday, 'database'))
  writeFileSync(
    join(ofToday, 'exploited.json'),
    dated(fileURLToPath(new URL('../fixtures/cisa-kev/two-entries.json', import.meta.url)), 'dateReleased'),
  )
  return {
    judge: (directory) => judge(directory, ofToday),
    end: () => rmSync(ofToday, { recursive: true, force: true }),
  }
}

/** Writes the vulnerability database of the examples into a directory, as one for --vulnerability-database that was updated now. */
export async function databaseOfToday(directory: string): Promise<void> {
  await onEngine(async ({ exampleDatabase }) => {
    if (exampleDatabase === undefined) throw new Error('the lock file has no example database')
    await dag.container().from(exampleDatabase.reference).rootfs().directory('db').export(join(directory, 'db'))
  })
  // Java archives that Maven made say what they are; the index of the others may be empty here, and has to be there.
  await execa('python3', ['-c', emptyJavaIndex, join(directory, 'java-db')])
  const metadata = join(directory, 'db/metadata.json')
  writeFileSync(metadata, dated(metadata, 'UpdatedAt'))
}

/** A JSON document with the time of now in a field. */
function dated(path: string, field: string): string {
  return JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), [field]: new Date().toISOString() })
}

/** A copy of the application of a stack, with its scaffold. */
export async function scaffolded(stack: string): Promise<string> {
  const directory = copyOf(stack)
  // The addresses of the recorded lock file lead nowhere; Yarn then asks its own registry and checks the recorded sums all the same.
  if (stack === 'node-yarn') change(join(directory, 'yarn.lock'), /^ {2}resolved .*\n/gm, '')
  await addScaffold(directory)
  return directory
}

/** Adds its scaffold to a copy of an application, which is removed when the test ends. */
export async function addScaffold(directory: string): Promise<void> {
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const made = await loadline(['scaffold', directory, ...answers])
  expect(made.exitCode, made.stderr).toBe(0)
}

export function change(path: string, from: RegExp | string, to: string): void {
  const text = readFileSync(path, 'utf8')
  const changed = text.replaceAll(from, to)
  expect(changed).not.toBe(text)
  writeFileSync(path, changed)
}

async function judge(directory: string, ofToday: string): Promise<Judged> {
  const { run, exitCode, stdout, stderr } = await buildAndScan(directory, [
    '--vulnerability-database',
    join(ofToday, 'database'),
    '--known-exploited',
    join(ofToday, 'exploited.json'),
  ])
  const extendsStrict = run.policy?.layers?.some(({ name }) => name === 'strict')
  return {
    verdict: { outcome: run.outcome, failure: run.failure, exitCode, extendsStrict, against: against(run) },
    evidence: run.evidence?.platforms[0]?.evidence,
    said: stdout + stderr,
  }
}

/** Whatever speaks against a release. */
function against(run: Run): string[] {
  return (run.verdict?.results ?? []).flatMap((result) => {
    if (result.status === 'undecided') return [`${result.rule}: undecided`]
    return result.status === 'failed' ? result.violations.map(({ id, found }) => `${result.rule}: ${id}: ${found}`) : []
  })
}

/** A stack's scaffold passes its own strict gate, unchanged, and answers its health check under full hardening. */
export async function expectPasses(gate: Gate, stack: string): Promise<void> {
  const expected = stacks[stack]
  if (expected === undefined) throw new Error(`${stack} cannot be built here`)
  await expectGood(gate, await scaffolded(stack), expected)
}

/** An application with its scaffold passes the scaffold's own strict gate, and answers its health check under full hardening. */
export async function expectGood(gate: Gate, directory: string, expected: Expected): Promise<void> {
  const { unpacked, services = [], says = /^/ } = expected
  const { verdict, evidence, said } = await gate.judge(directory)
  expect(verdict, said).toEqual({
    outcome: 'passed',
    failure: undefined,
    exitCode: 0,
    extendsStrict: true,
    against: [],
  })
  if (evidence?.runtime.status !== 'collected' || evidence.size.status !== 'collected')
    throw new Error('no run or no size')
  const run = evidence.runtime.value
  // Without capabilities, on a root that nobody can write to: the sandbox knows no other way.
  expect(run).toMatchObject({
    outcome: 'ready',
    user: '65532:65532',
    probe: 'HEALTHCHECK',
    refusedWrites: [],
    limits: { seccomp: 'default', tmpfs: ['/tmp'], services },
    stop: { signal: 'SIGTERM', forced: false },
  })
  expect(run.output.join('\n')).toMatch(says)
  expect(evidence.size.value.unpacked).toBeLessThanOrEqual(unpacked)
}
