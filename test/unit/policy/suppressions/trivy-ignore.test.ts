import { describe, expect, it } from 'vitest'
import { mostEntries } from '../../../../src/policy/suppressions/entry.ts'
import { readTrivyIgnore } from '../../../../src/policy/suppressions/trivy-ignore.ts'

const acceptance = { reason: 'Looked at by us.', owner: 'team-x', expires: '2027-01-31' }
const read = (text: string, file = '.trivyignore') => readTrivyIgnore(text, { file, ...acceptance })
const both = (id: string, line: number, expires = acceptance.expires) =>
  (['vulnerabilities', 'secrets'] as const).map((rule) => {
    const origin = { kind: 'trivyignore', path: '.trivyignore', place: `line ${line}` }
    return { rule, id, ...acceptance, expires, origin }
  })

describe('a line of .trivyignore', () => {
  it.each([
    ['', []],
    ['\uFEFF# nothing yet', []],
    ['\uFEFFCVE-2026-1', both('CVE-2026-1', 1)],
    ['  CVE-2026-1\t# why', both('CVE-2026-1', 1)],
    ['CVE-2026-1#2', both('CVE-2026-1#2', 1)],
    ['\r\rCVE-2026-1  exp:2026-12-24 ', both('CVE-2026-1', 3, '2026-12-23')],
    ['CVE-2026-1 exp:2027-01-01 exp:2026-12-24', both('CVE-2026-1', 1, '2026-12-23')],
    ['a\r\nb', [...both('a', 1), ...both('b', 2)]],
  ])('%j', (text, entries) => {
    expect(read(text)).toStrictEqual({ entries, left: [] })
  })

  it.each(['xexp:2026-12-24', 'exp:', 'exp:2026-12-24x', '2026-12-24', 'exp:2026-02-30'])(
    'is refused with the option %s',
    (option) => {
      expect(() => read(`\nCVE-2026-1 ${option}`)).toThrow(
        expect.objectContaining({
          message: `.trivyignore:2: expected an id and optionally exp:2027-01-31, found "${option}"`,
        }),
      )
    },
  )

  it('is one of as many as anybody can be responsible for', () => {
    const ids = Array.from({ length: mostEntries / 2 }, (_, index) => `CVE-2026-${index}`)
    expect(read(ids.join('\n')).entries).toHaveLength(mostEntries)
    expect(() => read([...ids, 'a'].join('\n'))).toThrow(
      expect.objectContaining({ message: `.trivyignore: expected at most 2000 exceptions, found 2002` }),
    )
  })
})

describe('.trivyignore.yaml', () => {
  it.each(['.trivyignore.yaml', 'security/trivy.yml'])('is what %s is read as', (file) => {
    expect(read('secrets: [{id: a}]', file).entries).toStrictEqual([
      { rule: 'secrets', id: 'a', ...acceptance, origin: { kind: 'trivyignore', path: file, place: 'secrets[0]' } },
    ])
  })

  it.each(['.trivyignore.yaml.old', '.trivyignoreyaml', 'trivy.yaaml'])('is not what %s is read as', (file) => {
    expect(read('yaml:', file).entries.map(({ id }) => id)).toEqual(['yaml:', 'yaml:'])
  })

  it('takes an empty list of paths or packages for none', () => {
    const { entries } = read('vulnerabilities: [{id: a, paths: [], purls: []}]\n', '.trivyignore.yaml')
    const origin = { kind: 'trivyignore', path: '.trivyignore.yaml', place: 'vulnerabilities[0]' }
    expect(entries).toStrictEqual([{ rule: 'vulnerabilities', id: 'a', ...acceptance, origin }])
    expect(read('secrets: [{id: a, purls: []}]', '.trivyignore.yaml').entries).toHaveLength(1)
  })

  it('gives as many exceptions as anybody can be responsible for, also from one entry', () => {
    const list = (count: number) =>
      `secrets:\n  - id: a\n    paths: [${Array.from({ length: count }, (_, index) => `f${index}`).join()}]\n`
    expect(read(list(mostEntries), '.trivyignore.yaml').entries).toHaveLength(mostEntries)
    expect(() => read(list(mostEntries + 1), '.trivyignore.yaml')).toThrow(
      expect.objectContaining({ message: '.trivyignore.yaml: expected at most 2000 exceptions, found more' }),
    )
  })
})
