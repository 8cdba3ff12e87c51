import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Merged, Run } from '../../../src/model/index.ts'

const program = fileURLToPath(new URL('../../../ci/loadline.mjs', import.meta.url))

/** A process of its own for each call: arguments, files and exit code are what is tested. No engine is there, and none is needed. */
describe('loadline build-and-scan with several sources', { timeout: 60_000 }, () => {
  const call = async (...argv: string[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'loadline-several-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    for (const name of ['loadline-report', 'loadline-report/orders']) {
      mkdirSync(join(directory, name), { recursive: true })
      for (const left of ['merged.json', 'verdict.json'])
        writeFileSync(join(directory, name, left), '{"outcome":"passed"}')
    }
    const { exitCode, stdout, stderr } = await execa('node', [program, 'build-and-scan', ...argv], {
      cwd: directory,
      reject: false,
      stdin: 'ignore',
      env: { NO_COLOR: '1', npm_command: '', GITHUB_ACTIONS: '' },
    })
    return { exitCode, stdout, stderr, report: join(directory, 'loadline-report') }
  }

  it('leaves a report of each and the verdict over all, and nothing of an earlier call that reads as passed', async () => {
    const { exitCode, stdout, report } = await call('orders', 'billing', '--engine', 'unix:///nobody/is/here.sock')
    expect(exitCode).toBe(2)
    for (const name of ['orders', 'billing']) {
      expect(Run.parse(JSON.parse(readFileSync(join(report, name, 'verdict.json'), 'utf8')))).toMatchObject({
        outcome: 'broken',
        failure: { code: 'SOURCE', message: `${name} does not exist` },
      })
      expect(stdout).toContain(`${name} does not exist`)
    }
    expect(Merged.parse(JSON.parse(readFileSync(join(report, 'merged.json'), 'utf8'))).outcome).toBe('undecided')
    expect(existsSync(join(report, 'verdict.json'))).toBe(false)
    expect(stdout).toContain('UNDECIDED: 0 of 2 parts passed')
  })

  it('prints the merged verdict as JSON, and nothing else', async () => {
    const { stdout, stderr } = await call('orders', 'billing', '--json')
    expect(Merged.parse(JSON.parse(stdout)).parts.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'billing broken',
      'orders broken',
    ])
    expect(stderr).toBe('')
  })

  it.each([
    ['two of one name', ['a/api', 'b/api'], 'two of the sources are called api'],
    ['no number', ['orders', 'billing', '--parallel', '0'], 'a whole number of at least 1'],
  ])('refuses %s before anything begins', async (_, argv, said) => {
    const { exitCode, stderr } = await call(...argv)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(said)
  })
})
