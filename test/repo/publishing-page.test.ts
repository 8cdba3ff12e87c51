import { describe, expect, it } from 'vitest'
import { commandLine } from '../../ci/cli/command-line.ts'
import { read } from './source-files.ts'

describe('docs/publishing.md', () => {
  const page = read('docs/publishing.md')

  it('names options that the command line has, and all that are about the registry', async () => {
    const options =
      (await commandLine()).commands
        .find((command) => command.name() === 'build-and-scan')
        ?.options.map(({ long }) => long) ?? []
    const named = new Set([...page.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))
    expect([...named].filter((option) => !options.includes(option))).toEqual([])
    expect(
      ['--publish', '--consumer', '--immutable-tags', '--registry-config', '--registry-ca'].filter(
        (option) => !named.has(option),
      ),
    ).toEqual([])
  })

  it('says how often a step is tried and how long Retry-After counts, as the program does', () => {
    const patience = read('programs/registry/patience.go')
    expect(/attempts:\s+(\d+)/.exec(patience)?.[1]).toBe('6')
    expect(/longestAsked:\s+([^,]+)/.exec(patience)?.[1]).toBe('2 * time.Minute')
    expect(page).toContain('six times in all')
    expect(page).toContain('at most two minutes')
  })
})
