import { describe, expect, it } from 'vitest'
import { renderGithub } from '../../../src/report/index.ts'
import { brokenRun, crowdedRun, hostileRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

/** Decodes commands as the runner does. */
function commandsOf(text: string): Array<{ level: string; properties: Record<string, string>; message: string }> {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, level = '', listed = '', data = ''] = /^::(\w+)(?: (.*?))?::(.*)$/.exec(line) ?? []
      expect(level, line).toMatch(/^(error|warning|notice)$/)
      const decode = (value: string): string =>
        value
          .replaceAll('%2C', ',')
          .replaceAll('%3A', ':')
          .replaceAll('%0A', '\n')
          .replaceAll('%0D', '\r')
          .replaceAll('%25', '%')
      const properties = Object.fromEntries(
        listed
          .split(',')
          .filter((part) => part !== '')
          .map((part) => [part.slice(0, part.indexOf('=')), decode(part.slice(part.indexOf('=') + 1))]),
      )
      return { level, properties, message: decode(data) }
    })
}

describe('renderGithub', () => {
  it('points at the line under the repository', () => {
    const lint = commandsOf(renderGithub(rejectedRun())).find(({ properties }) =>
      properties['title']?.startsWith('DL3008'),
    )
    expect(lint).toMatchObject({
      level: 'error',
      properties: { file: 'examples/fastapi-postgres/Dockerfile', line: '17', col: '1', title: 'DL3008 (medium)' },
    })
  })

  it('says no more than ten of a level, and counts the others in one notice [fault 70]', () => {
    const commands = commandsOf(renderGithub(crowdedRun(500)))
    expect(commands.filter(({ level }) => level === 'error')).toHaveLength(10)
    expect(commands.filter(({ level }) => level === 'notice')).toHaveLength(1)
    expect(commands.at(-1)?.message).toContain(
      '504 deny, 1 warn. 494 more findings are only in the reports (90 critical, 102 high, 102 medium, 100 low, 100 unknown).',
    )
  })

  it('reports an error for a run that is broken or undecided', () => {
    expect(commandsOf(renderGithub(brokenRun()))[0]).toMatchObject({ level: 'error' })
    expect(commandsOf(renderGithub(undecidedRun()))[0]).toMatchObject({ level: 'error' })
  })

  it('says that a passed run was not published, where it was meant to be [fault 56]', () => {
    const { release: _, ...run } = passedRun()
    const notice = commandsOf(
      renderGithub({
        ...run,
        notPublished: 'publish was skipped because pull requests from forks run without credentials',
      }),
    ).at(-1)
    expect(notice).toMatchObject({
      level: 'notice',
      properties: { title: 'Loadline: not published' },
      message: expect.stringContaining('publish was skipped'),
    })
  })

  it('reports no error for a run that passed', () => {
    expect(commandsOf(renderGithub(passedRun())).map(({ level }) => level)).toEqual(['warning', 'notice'])
  })

  it('lets nothing out of its command [faults 42, 66]', () => {
    const commands = commandsOf(renderGithub(hostileRun()))
    expect(new Set(commands.map(({ level }) => level))).toEqual(new Set(['error', 'warning', 'notice']))
    for (const { properties } of commands)
      for (const name of Object.keys(properties)) expect(['file', 'line', 'col', 'title']).toContain(name)
    expect(renderGithub(hostileRun()).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(renderGithub(hostileRun())).not.toContain('%0A::')
  })
})
