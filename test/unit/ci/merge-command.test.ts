import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Merged, type Run } from '../../../src/model/index.ts'
import { renderJson } from '../../../src/report/index.ts'
import { passedRun, rejectedRun } from '../report/runs.ts'

const program = fileURLToPath(new URL('../../../ci/loadline.mjs', import.meta.url))

/** A run of this name, judged now. */
function named(name: string, run: Run): Run {
  const at = new Date().toISOString()
  return {
    ...run,
    subject: { ...run.subject, name },
    verdict: { ...run.verdict!, binding: { ...run.verdict!.binding, at } },
  }
}

/** Report directories as jobs of a matrix leave them: a text is what lies there as verdict.json. */
function reports(parts: Readonly<Record<string, Run | string | undefined>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-merge-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, run] of Object.entries(parts)) {
    mkdirSync(join(directory, name))
    if (run !== undefined)
      writeFileSync(join(directory, name, 'verdict.json'), typeof run === 'string' ? run : renderJson(named(name, run)))
  }
  return directory
}

/** A process of its own for each call: files and exit code are what is tested. */
describe('loadline merge', { timeout: 60_000 }, () => {
  const merge = async (directory: string, ...argv: string[]) => {
    const { exitCode, stdout, stderr } = await execa('node', [program, 'merge', ...argv], {
      cwd: directory,
      reject: false,
      stdin: 'ignore',
      env: { NO_COLOR: '1', npm_command: '', GITHUB_ACTIONS: '' },
    })
    return { exitCode, stdout, stderr }
  }
  const merged = async (directory: string, ...argv: string[]) => {
    const { exitCode, stdout } = await merge(directory, ...argv, '--json')
    const { outcome, parts, faults } = Merged.parse(JSON.parse(stdout))
    return { exitCode, outcome, states: parts.map(({ name, state }) => `${name} ${state}`), faults }
  }

  it('passes with every part, whether its directory is named or its document', async () => {
    const directory = reports({ orders: passedRun(), billing: passedRun() })
    expect(await merged(directory, 'orders', 'billing/verdict.json', '--expect', 'orders', 'billing')).toEqual({
      exitCode: 0,
      outcome: 'passed',
      states: ['billing passed', 'orders passed'],
      faults: [],
    })
  })

  it('rejects, and reports the others, if a job has left an empty directory or none', async () => {
    const directory = reports({ orders: passedRun(), billing: undefined })
    const expected = ['--expect', 'orders', 'billing', 'mail']
    expect(await merged(directory, 'orders', 'billing', 'mail', ...expected)).toEqual({
      exitCode: 1,
      outcome: 'rejected',
      states: ['billing missing', 'mail missing', 'orders passed'],
      faults: ['billing/verdict.json does not exist', 'mail does not exist'],
    })
    expect((await merge(directory, 'orders', 'billing', 'mail', ...expected)).stdout).toContain(
      'REJECTED: 1 of 3 parts passed',
    )
  })

  it('rejects one part that was given twice, and one of the right name under which another was expected', async () => {
    const directory = reports({ orders: passedRun(), billing: passedRun() })
    expect(await merged(directory, 'orders', 'orders', '--expect', 'orders')).toMatchObject({
      exitCode: 1,
      faults: ['orders was given more than once'],
    })
    expect(await merged(directory, 'orders', 'billing', '--expect', 'orders', 'mail')).toMatchObject({
      exitCode: 1,
      states: ['billing unexpected', 'mail missing', 'orders passed'],
    })
  })

  it('counts an age from when a part was judged, not from its file', async () => {
    const directory = reports({ orders: passedRun() })
    const then = new Date(Date.now() - 3 * 3_600_000).toISOString()
    const run = named('orders', passedRun())
    const file = join(directory, 'orders', 'verdict.json')
    writeFileSync(
      file,
      renderJson({ ...run, verdict: { ...run.verdict!, binding: { ...run.verdict!.binding, at: then } } }),
    )
    expect(await merged(directory, 'orders', '--expect', 'orders', '--maximum-age', '2h')).toMatchObject({
      exitCode: 1,
      faults: [`orders was judged at ${then}, more than 2 hours ago`],
    })
    utimesSync(file, 0, 0)
    expect((await merged(directory, 'orders', '--expect', 'orders', '--maximum-age', '4h')).exitCode).toBe(0)
  })

  it.each<[string, string, string]>([
    ['no verdict', '{"schemaVersion":"loadline.merged/v1"}', 'is not the document of a run'],
    ['cut off', renderJson(passedRun()).slice(0, -20), 'are not valid JSON'],
    [
      'one that was rejected, and painted over',
      JSON.stringify({ ...rejectedRun(), outcome: 'passed', verdict: { ...rejectedRun().verdict, outcome: 'passed' } }),
      'contradicts itself',
    ],
  ])('makes no verdict where a part is %s', async (_, text, said) => {
    const { exitCode, stdout, stderr } = await merge(
      reports({ orders: passedRun(), billing: text }),
      'orders',
      'billing',
      '--expect',
      'orders',
      'billing',
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`billing/verdict.json`)
    expect(stderr).toContain(said)
  })
})
