import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { watchMachine } from './machine.ts'
import { setUp, type ReadyForTests, type Wanted } from './set-up.ts'
import { recordedSteps, stepsVariable } from './steps.ts'
import { reporterVariables } from './timing-reporter.ts'
import { TestRecord, type Timing } from './timing.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface TestRun {
  tier: Timing['tier']
  projects: readonly string[]
  /** Only these test files; empty: all of the projects. */
  files: readonly string[]
  /** What has to be there; undefined: no engine and nothing else. */
  wanted: Wanted | undefined
  env?: Record<string, string>
}

/** Sets everything up, runs tests, and says where the time went. What the runner prints goes where this process prints. */
export async function runTests({ tier, projects, files, wanted, env = {} }: TestRun): Promise<Timing> {
  const started = Date.now()
  const machine = watchMachine()
  const ready = wanted === undefined ? { env: {}, steps: [] } : await setUp(started, wanted)
  const setUpSeconds = (Date.now() - started) / 1000
  const { record, steps } = await runVitest(started, ready, { projects, files, env })
  return {
    version: 1,
    tier,
    whole: files.length === 0,
    started: new Date(started).toISOString(),
    seconds: tenths((Date.now() - started) / 1000),
    ...(await commit()),
    machine: machine(),
    setUpSeconds: tenths(setUpSeconds),
    steps: [...ready.steps, ...steps],
    ...record,
  }
}

/** A runner that ended without a record is one error, and nothing passed. */
async function runVitest(
  started: number,
  ready: ReadyForTests,
  { projects, files, env }: Required<Omit<TestRun, 'tier' | 'wanted'>>,
): Promise<{ record: TestRecord; steps: Timing['steps'] }> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-test-'))
  try {
    const [record, steps] = [join(directory, 'record.json'), join(directory, 'steps.jsonl')]
    const argv = [
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      `--reporter=${fileURLToPath(new URL('./timing-reporter.ts', import.meta.url))}`,
      ...files,
    ]
    const { exitCode } = await execa(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...argv], {
      cwd: root,
      stdio: 'inherit',
      reject: false,
      env: {
        ...ready.env,
        ...env,
        [stepsVariable]: steps,
        [reporterVariables.started]: String(started),
        [reporterVariables.record]: record,
      },
    })
    const said: TestRecord = existsSync(record)
      ? TestRecord.parse(JSON.parse(readFileSync(record, 'utf8')))
      : { files: [], slowest: [], passed: 0, failed: 0, skipped: 0, errors: 1 }
    const unexplained = exitCode !== 0 && said.failed === 0 && said.errors === 0
    return { record: { ...said, errors: said.errors + (unexplained ? 1 : 0) }, steps: recordedSteps(steps) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function commit(): Promise<{ commit?: string }> {
  const { stdout, exitCode } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root, reject: false })
  return exitCode === 0 ? { commit: stdout.trim() } : {}
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
