import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contentOf } from '../exhaustive/age.ts'
import { exhaustivePage, lastRuns, type LastRun } from '../exhaustive/page.ts'
import { parts, type Mutation, type Part, type TestFiles } from '../exhaustive/parts.ts'
import { watchMachine } from './machine.ts'
import { runMutation } from './mutation.ts'
import { writeTiming } from './reports.ts'
import { runTests } from './run-tests.ts'
import { clock, timingPage } from './timing-page.ts'
import { failuresOf, type Machine } from './timing.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = join(root, 'docs/exhaustive.md')

interface Result {
  passed: number
  failed: number
  machine: Machine
  note: string
}

/** Runs parts, all or those that are named, and writes the result of each into docs/exhaustive.md when it has ended. Gives the exit code. */
export async function runExhaustive(names: readonly string[]): Promise<number> {
  const wanted = parts.filter(({ name }) => names.length === 0 || names.includes(name))
  const complaint = complaintAbout(names, wanted)
  if (complaint !== undefined) {
    process.stderr.write(`${complaint}\n`)
    return 2
  }
  const total = { passed: 0, failed: 0 }
  for (const part of wanted) {
    const started = Date.now()
    process.stdout.write(`\n== ${part.name}: ${part.what}\n`)
    const result = 'mutate' in part.run ? await mutation(part.run) : await tests(part.run)
    record(part, result, (Date.now() - started) / 60_000)
    total.passed += result.passed
    total.failed += result.failed
  }
  process.stdout.write(`Tests: ${total.passed} passed, ${total.failed} failed\n`)
  return total.failed === 0 ? 0 : 1
}

/** A result of files that are in no commit would stand in the page under a commit that does not have them. */
function complaintAbout(names: readonly string[], wanted: readonly Part[]): string | undefined {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name))
  if (unknown.length > 0)
    return `expected parts among ${parts.map(({ name }) => name).join(', ')}, found ${unknown.join(', ')}`
  const changed = git('status', '--porcelain', '--', ...wanted.flatMap(({ about }) => about))
  return changed === ''
    ? undefined
    : `commit first what the tests are about, because the page names the commit:\n${changed}`
}

async function tests(run: TestFiles): Promise<Result> {
  const timing = await runTests({
    tier: 'exhaustive',
    projects: [run.project],
    files: run.files,
    wanted: run.project === 'exhaustive' && run.withoutEngine !== true ? { images: 'all', programs: false } : undefined,
    env: { ...run.env },
  })
  process.stdout.write(`${timingPage(timing)}The same for programs: ${writeTiming(timing)}\n`)
  return { passed: timing.passed, failed: failuresOf(timing), machine: timing.machine, note: '' }
}

async function mutation(run: Mutation): Promise<Result> {
  const machine = watchMachine()
  return { ...(await runMutation(run)), machine: machine() }
}

/** Writes a result into the page. A part that the page does not have yet is listed there as one that waits. */
function record({ name, about }: Part, { passed, failed, machine, note }: Result, minutes: number): void {
  const now = (paths: readonly string[]) => ({
    finished: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: git('rev-parse', 'HEAD'),
    content: contentOf('HEAD', paths, git),
  })
  const nothing = { passed: 0, failed: 0, minutes: 0, machine: '', note: '' }
  const run: LastRun = {
    part: name,
    ran: true,
    ...now(about),
    passed,
    failed,
    minutes: Math.round(minutes * 10) / 10,
    machine: `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, load ${machine.load.start} to ${machine.load.end}`,
    note,
  }
  const before = existsSync(page) ? lastRuns(readFileSync(page, 'utf8')) : []
  const known = [...before.filter(({ part }) => part !== name), run]
  const waiting = parts
    .filter((part) => !known.some((row) => row.part === part.name))
    .map((part): LastRun => ({ part: part.name, ran: false, ...now(part.about), ...nothing }))
  writeFileSync(page, exhaustivePage([...known, ...waiting]))
  process.stdout.write(
    `== ${name}: ${passed} passed, ${failed} failed in ${clock(minutes * 60)}; written into docs/exhaustive.md\n`,
  )
}

function git(...argv: string[]): string {
  return execFileSync('git', ['-C', root, ...argv], { encoding: 'utf8' }).trim()
}
