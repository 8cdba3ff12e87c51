import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandLine } from '../../../../ci/cli/command-line.ts'
import {
  defaultPolicy,
  loadPolicy,
  policyDigest,
  shippedPolicies,
  shippedPolicyNames,
} from '../../../../src/policy/index.ts'

let directory: string
const before = process.cwd()
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'loadline-policy-'))
  process.chdir(directory)
  writeFileSync('acme.yaml', 'version: 1\nextends: strict\nlocked: [secrets]\n')
  writeFileSync('good.yaml', 'version: 1\nimage: {class: compiled}\n')
  writeFileSync('lax.yaml', 'version: 1\nsecrets: {allowed: 3}\n')
  writeFileSync('wrong.yaml', 'version: 1\nsecrtes: {allowed: 3}\nlint: {failOn: never}\n')
})
afterAll(() => {
  process.chdir(before)
  rmSync(directory, { recursive: true })
})

/** Runs a command of `loadline policy`, and gives what it printed and its exit code. */
async function policy(...argv: string[]): Promise<{ exitCode: number | undefined; stdout: string }> {
  let exitCode: number | undefined
  let stdout = ''
  const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true))
  try {
    const program = await commandLine(
      (name) => name === 'policy',
      (code) => (exitCode = code),
    )
    await program.parseAsync(['policy', ...argv], { from: 'user' })
  } finally {
    written.mockRestore()
  }
  return { exitCode, stdout }
}

describe('policy list', () => {
  it('names each policy that can be extended, and which one judges by default', async () => {
    const { stdout } = await policy('list')
    for (const name of shippedPolicyNames) expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'))
    expect(stdout).toMatch(/^default .*applies by default/m)
    expect(JSON.parse((await policy('list', '--json')).stdout)).toMatchObject(
      shippedPolicyNames.map((name) => ({ name, digest: policyDigest(shippedPolicies[name]) })),
    )
  })
})

describe('policy show', () => {
  it.each(shippedPolicyNames)(
    'prints %s so that it can be read as a policy file, and comes to the same',
    async (name) => {
      const { stdout, exitCode } = await policy('show', name)
      expect(exitCode).toBe(0)
      expect(stdout.split('\n')[0]).toBe(`# ${name}: ${policyDigest(shippedPolicies[name])}`)
      expect(loadPolicy(stdout, 'shown.yaml', new Date('2026-11-23T00:00:00Z'))).toEqual(shippedPolicies[name])
    },
  )

  it('prints what the files at hand come to, and what that was made of', async () => {
    expect(JSON.parse((await policy('show', '--policy', 'good.yaml', '--json')).stdout)).toMatchObject({
      policy: { image: { class: 'compiled' }, secrets: defaultPolicy.secrets },
      layers: [{ name: 'default' }, { name: 'good.yaml' }],
    })
    expect((await policy('show', '--organisation', 'acme.yaml')).stdout).toMatch(/^# strict, then acme.yaml: sha256:/)
    expect((await policy('show')).stdout).toBe((await policy('show', 'default')).stdout)
  })

  it('refuses a name and a file together', async () => {
    await expect(policy('show', 'strict', '--policy', 'good.yaml')).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('policy validate', () => {
  it('says of each file that it is valid, and what it comes to', async () => {
    const { stdout, exitCode } = await policy('validate', 'good.yaml', 'lax.yaml')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^good.yaml is valid: sha256:[0-9a-f]{64}\nlax.yaml is valid: sha256:[0-9a-f]{64}\n$/)
    expect((await policy('validate', '--organisation', 'acme.yaml')).stdout).toMatch(/^acme.yaml is valid: /)
  })

  it('names every problem of every file, and those with the locks of an organisation', async () => {
    await expect(policy('validate', 'wrong.yaml', 'good.yaml', 'gone.yaml')).rejects.toMatchObject({
      code: 'POLICY',
      exitCode: 2,
      message: expect.stringMatching(/wrong.yaml:2:1: .*\n.*wrong.yaml:3:\d+: .*\n.*gone.yaml cannot be read/s),
    })
    await expect(policy('validate', 'lax.yaml', '--organisation', 'acme.yaml')).rejects.toMatchObject({
      message: expect.stringContaining('lax.yaml:2:20: secrets.allowed: locked by the organisation'),
    })
  })

  it('needs a file, and takes the one of the working directory', async () => {
    await expect(policy('validate')).rejects.toMatchObject({ code: 'USAGE' })
    writeFileSync('loadline.yaml', 'version: 1\n')
    expect((await policy('validate')).stdout).toMatch(/^loadline.yaml is valid/)
    rmSync('loadline.yaml')
  })
})
