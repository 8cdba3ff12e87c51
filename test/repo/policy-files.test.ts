import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../ci/cli/command-line.ts'
import { decidePolicy, loadPolicy } from '../../src/policy/index.ts'
import { filesBelow, read } from './source-files.ts'

const schema = 'schema/loadline-policy.schema.json'
const policyFiles = [
  ...filesBelow('pipelines/policies', '.yaml'),
  ...filesBelow('examples', 'loadline.yaml'),
  'programs/loadline.yaml',
  'image/loadline.yaml',
]

/** The moment from which the life of exceptions is measured: the day on which the last of them were written. */
const written = new Date('2026-11-30T00:00:00Z')

describe('the policy files of this repository', () => {
  it('are found', () => {
    expect(policyFiles.length).toBeGreaterThanOrEqual(7)
  })

  it.each(policyFiles)('%s tells editors where the schema is, and the schema is there', (path) => {
    const [, target] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? []
    expect(posix.normalize(posix.join(posix.dirname(path), target ?? ''))).toBe(schema)
    expect(JSON.parse(read(schema))).toMatchObject({ title: 'Loadline policy' })
  })

  it.each(policyFiles)('%s is read by the loader', (path) => {
    expect(loadPolicy(read(path), path, written).version).toBe(1)
  })
})

describe('docs/policy.md', () => {
  const blocks = [...read('docs/policy.md').matchAll(/^```yaml\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')

  it('shows policies', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(6)
  })

  it.each(blocks)('shows one that the loader reads: %#', (text) => {
    const file = { path: 'docs/policy.md', text }
    expect(
      decidePolicy(
        text.includes('\nlocked:') ? { organisation: file } : { application: file },
        new Date('2026-11-23T00:00:00Z'),
      ).policy.version,
    ).toBe(1)
  })

  it('names no command and no option that the command line does not have', async () => {
    const help = await commandLine()
    const policy = help.commands.find((command) => command.name() === 'policy')
    const options = [...help.commands, ...(policy?.commands ?? [])].flatMap((command) =>
      command.options.map(({ long }) => long),
    )
    const named = [...read('docs/policy.md').matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option)
    expect(named.filter((option) => !options.includes(option))).toEqual([])
    expect([...read('docs/policy.md').matchAll(/loadline policy (\w+)/g)].map((match) => match[1])).toEqual(
      expect.arrayContaining(policy?.commands.map((command) => command.name()) ?? ['none']),
    )
  })
})
