import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policyJsonSchema } from '../../../src/policy/index.ts'
import { renderJson } from '../../../src/report/index.ts'
import { goodEvidence } from '../gate/good-evidence.ts'
import { passedRun } from '../report/runs.ts'

const program = fileURLToPath(new URL('../../../ci/loadline.mjs', import.meta.url))

/** A process of its own for each call: arguments, working directory and exit code are what is tested. */
describe('loadline policy', { timeout: 60_000 }, () => {
  let directory: string
  const policy = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await execa('node', [program, 'policy', ...argv], {
      cwd: directory,
      reject: false,
      stdin: 'ignore',
      env: { NO_COLOR: '1', npm_command: '' },
    })
    return { exitCode, stdout, stderr }
  }

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'loadline-policy-'))
    const { release: _, ...run } = passedRun()
    writeFileSync(join(directory, 'verdict.json'), renderJson({ ...run, evidence: goodEvidence() }))
    writeFileSync(join(directory, 'cut.json'), renderJson(run).slice(0, 1000))
    writeFileSync(join(directory, 'organisation.yaml'), 'version: 1\nlocked: [secrets]\n')
    writeFileSync(join(directory, 'lax.yaml'), 'version: 1\nsecrets: {allowed: 3}\n')
    writeFileSync(join(directory, 'harsh.yaml'), 'version: 1\nsize: {unpacked: 1 MB}\n')
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('explain says how the policy at hand sets a rule', async () => {
    const { exitCode, stdout } = await policy('explain', 'secrets', '--policy', 'lax.yaml')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^secrets: No credentials in the image\n/)
    expect(stdout).toContain('secrets.allowed      3')
  })

  it('explain ends with 2 for a rule that does not exist, and names the one that was meant', async () => {
    const { exitCode, stderr } = await policy('explain', 'secretz')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('found "secretz"; did you mean "secrets"?')
  })

  it.each([
    [0, ['verdict.json'], 'PASSED'],
    [1, ['verdict.json', '--policy', 'harsh.yaml'], 'REJECTED'],
    [3, ['verdict.json', '--platform', 'linux/amd64', 'linux/arm64'], 'UNDECIDED'],
  ])('test ends with %i for %j', async (code, argv, word) => {
    const { exitCode, stdout } = await policy('test', ...argv, '--at', '2026-11-23T12:00:00Z')
    expect(stdout).toMatch(new RegExp(`^${word} `, 'm'))
    expect(exitCode).toBe(code)
  })

  it('test prints the document that it came to', async () => {
    const { exitCode, stdout } = await policy('test', 'verdict.json', '--at', '2026-11-23', '--json')
    // The database was made at six in the morning of that day: at its first moment it comes from the future.
    expect([exitCode, (JSON.parse(stdout) as { verdict: { binding: { at: string } } }).verdict.binding.at]).toEqual([
      3,
      '2026-11-23T00:00:00.000Z',
    ])
  })

  it.each([
    [['missing.json'], 'the verdict file missing.json cannot be read (ENOENT)'],
    [['cut.json'], 'cut.json is not the document of a run'],
    [['verdict.json', '--at', 'tomorrow'], 'expected --at to be a date or time in UTC, found "tomorrow"'],
    [['verdict.json', '--at', '2027-02-30'], 'expected --at to be a date or time in UTC, found "2027-02-30"'],
    [
      ['verdict.json', '--organisation', 'organisation.yaml', '--policy', 'lax.yaml'],
      'lax.yaml:2:20: secrets.allowed: locked by the organisation at organisation.yaml:2',
    ],
    [['verdict.json', '--policy', 'gone.yaml'], 'the policy file gone.yaml cannot be read (ENOENT)'],
  ])('test ends with 2 for %j', async (argv, message) => {
    const { exitCode, stdout, stderr } = await policy('test', ...argv)
    expect(stderr).toContain(message)
    expect([exitCode, stdout]).toEqual([2, ''])
  })

  it('schema prints the schema of an application or an organisation', async () => {
    expect(JSON.parse((await policy('schema')).stdout)).toEqual(policyJsonSchema())
    expect(JSON.parse((await policy('schema', 'organisation')).stdout)).toMatchObject({
      title: 'Loadline organisation policy',
    })
  })
})
