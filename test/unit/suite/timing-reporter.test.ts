import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { root } from '../../repo/source-files.ts'
import { reporterVariables } from '../../suite/timing-reporter.ts'
import { TestRecord } from '../../suite/timing.ts'

it('a real run is recorded with every file, what passed, failed and did not run, and after an hour says what is still to come', async () => {
  // The runner is looked up from where the tests lie.
  mkdirSync(join(root, 'test-report'), { recursive: true })
  const directory = mkdtempSync(join(root, 'test-report/reporter-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const files = {
    'vitest.config.ts': 'export default { test: { maxWorkers: 1, sequence: { shuffle: false } } }\n',
    'slow.test.ts':
      "import { it } from 'vitest'\nit('waits', async () => new Promise((resolve) => setTimeout(resolve, 1500)))\n",
    'mixed.test.ts':
      "import { describe, expect, it } from 'vitest'\ndescribe('mixed', () => {\n  it('passes', () => {})\n  it('fails', () => expect(1).toBe(2))\n  it.skip('is skipped', () => {})\n  it.todo('is to be done')\n})\n",
    'broken.test.ts': "throw new Error('cannot be loaded')\n",
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const record = join(directory, 'record.json')
  const ended = await execa(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      directory,
      `--reporter=${join(root, 'test/suite/timing-reporter.ts')}`,
    ],
    {
      cwd: directory,
      reject: false,
      env: {
        VITEST: '',
        [reporterVariables.started]: String(performance.timeOrigin + performance.now() - 61 * 60_000),
        [reporterVariables.record]: record,
      },
    },
  )
  expect(ended.exitCode, ended.stderr).toBe(1)
  const { files: recorded, slowest, ...counts } = TestRecord.parse(JSON.parse(readFileSync(record, 'utf8')))
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2, errors: 2 })
  expect(recorded.map(({ file, tests, failed }) => ({ file, tests, failed }))).toEqual(
    expect.arrayContaining([
      { file: 'slow.test.ts', tests: 1, failed: 0 },
      { file: 'mixed.test.ts', tests: 4, failed: 1 },
      { file: 'broken.test.ts', tests: 0, failed: 0 },
    ]),
  )
  expect(recorded[0]?.file).toBe('slow.test.ts')
  expect(recorded[0]?.seconds).toBeGreaterThanOrEqual(1)
  expect(slowest[0]).toMatchObject({ file: 'slow.test.ts', title: 'waits' })
  // Whether it had been begun by then depends on the machine.
  expect(ended.stdout).toMatch(
    /Still to come after 61 minutes: \d running, \d waiting\.\n[^]*(running|waiting) {2}slow\.test\.ts/,
  )
}, 60_000)
