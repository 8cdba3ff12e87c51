import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { Lint } from '../../../src/model/index.ts'
import { hadolintArguments } from '../../../src/tools/hadolint/command.ts'
import { readingOf } from '../recorded-reading.ts'
import { findPragmas, parseLint } from '../../../src/tools/hadolint/output.ts'

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/hadolint/${name}`, import.meta.url), 'utf8')
const asked = { path: 'Dockerfile', linted: 'x' }

describe('hadolint', () => {
  it('lets nothing beside the Dockerfile change the rules, and comments only where the caller says so [faults 18, 19]', () => {
    const argv = (obeyPragmas: boolean) =>
      hadolintArguments({ program: '/bin/hadolint', dockerfile: '/Dockerfile', obeyPragmas })
    expect(argv(false)).toEqual([
      '/bin/hadolint',
      '--format',
      'json',
      '--no-fail',
      '--no-color',
      '--config',
      '/dev/null',
      '--disable-ignore-pragma',
      '/Dockerfile',
    ])
    expect(argv(true)).toEqual([
      '/bin/hadolint',
      '--format',
      'json',
      '--no-fail',
      '--no-color',
      '--config',
      '/dev/null',
      '/Dockerfile',
    ])
  })

  it('reads findings in the order of the file', () => {
    const { findings, unread } = parseLint(recorded('bad-2.15.1.json'), {
      path: 'app/Dockerfile',
      linted: 'bad.Dockerfile',
    })
    expect(findings.map(({ id, level, location }) => `${location.line} ${level} ${id}`)).toEqual([
      '2 warning DL3007',
      '4 warning DL3008',
      '4 info DL3009',
      '4 info DL3015',
      '5 warning DL3003',
      '5 warning DL4006',
      '5 warning SC2154',
      '6 error DL3004',
      '6 info SC2086',
      '7 error DL3020',
      '9 error DL3011',
      '10 warning DL3025',
    ])
    expect(findings[0]?.location).toEqual({ path: 'app/Dockerfile', line: 2, column: 1, within: 'source' })
    expect(unread).toBeUndefined()
    expect(Lint.safeParse({ findings, checks: [], pragmas: [], downloads: [] }).success).toBe(true)
  })

  it('reads that there is nothing to say', () => {
    expect(parseLint(recorded('clean-2.15.1.json'), asked)).toEqual({ findings: [] })
  })

  it('does not take a file that it could not parse for a clean one [fault 20]', () => {
    const lint = parseLint(recorded('unparsable-2.15.1.json'), { path: 'Dockerfile', linted: 'heredoc.Dockerfile' })
    expect(lint).toMatchObject({ findings: [], unread: { line: 3, message: expect.stringContaining('unexpected') } })
  })

  it.each([
    ['nothing', ''],
    ['an empty document', '{}'],
    ['null', 'null'],
    ['a truncated list', recorded('bad-2.15.1.json').slice(0, 400)],
    ['an unknown level', '[{"code":"DL3007","column":1,"file":"x","level":"fatal","line":2,"message":"m"}]'],
    ['a finding without a line', '[{"code":"DL3007","column":1,"file":"x","level":"error","message":"m"}]'],
    ['a finding without a code', '[{"code":"","column":1,"file":"x","level":"error","line":1,"message":"m"}]'],
    ['another file', recorded('bad-2.15.1.json')],
    ['an error in words', 'hadolint: Dockerfile: withBinaryFile: does not exist'],
  ])('cannot read %s [fault 6]', (_title, text) => {
    expect(() => parseLint(text, asked)).toThrow(DeliveryError)
  })

  it('finds every comment that is meant to silence it [fault 19]', () => {
    expect(findPragmas(readingOf(recorded('pragmas.Dockerfile')).pragmas)).toEqual([
      { rules: ['DL3007'], line: 1, global: false },
      { rules: ['DL3008', 'SC2086'], line: 3, global: false },
      { rules: ['DL3008'], line: 5, global: false },
      { rules: ['DL3015'], line: 7, global: true },
      { rules: ['DL3004'], line: 8, global: false },
      { rules: ['DL3059'], line: 10, global: false },
      { rules: ['DL3003'], line: 12, global: false },
      { rules: ['DL3001'], line: 14, global: true },
      { rules: ['DL3020'], line: 16, global: false },
    ])
  })

  it('obeys none of these comments when told so [fault 19]', () => {
    const silenced = new Set(
      findPragmas(readingOf(recorded('pragmas.Dockerfile')).pragmas).flatMap(({ rules }) => rules),
    )
    const found = new Set(
      parseLint(recorded('pragmas-2.15.1.json'), {
        path: 'Dockerfile',
        linted: 'pragmas.Dockerfile',
      }).findings.map(({ id }) => id),
    )
    expect([...silenced].filter((rule) => !found.has(rule))).toEqual([])
  })

  it('takes other comments for what they are, and text of commands and files for no comment [fault 75]', () => {
    const text =
      '# hadolint shell=bash\r\n# we ignore=DL3007\r\nFROM a\r\nRUN echo "# hadolint ignore=DL3007"\r\n#hadolint ignore=\r\nCOPY <<E /x\r\n# hadolint ignore=DL3008\r\nE\r\n'
    expect(findPragmas(readingOf(text).pragmas)).toEqual([{ rules: [], line: 5, global: false }])
  })
})
