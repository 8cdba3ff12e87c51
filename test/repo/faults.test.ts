import { describe, expect, it } from 'vitest'
import { groupBy } from '../../src/model/group-by.ts'
import { faultTests, marksOf, type FaultTest } from './fault-tests.ts'
import { faults, type Fault } from './faults.ts'

const tests = faultTests()

describe('faults', () => {
  it('are numbered once each', () => {
    const numbers = faults.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)])
  })

  it('each have a test, but for those that wait for a part of the flow', () => {
    const tested = new Set(tests.flatMap((test) => test.faults))
    expect(
      faults
        .filter(({ number, waitsFor }) => waitsFor === undefined && !tested.has(number))
        .map(({ number, fault }) => `${number}: ${fault}`),
    ).toEqual([])
  })

  it('are tested by npm test, not by what rarely runs', () => {
    expect(tests.filter(({ path }) => path.startsWith('test/exhaustive/'))).toEqual([])
  })

  it('are the only numbers that tests carry', () => {
    const known = new Set(faults.map(({ number }) => number))
    expect(
      tests
        .filter((test) => test.faults.some((number) => !known.has(number)))
        .map(({ path, name }) => `${path}: ${name}`),
    ).toEqual([])
  })

  it('docs/faults.md is what the tests say (npx vitest run --project repo -u writes it)', async () => {
    await expect(faultTable(faults, tests)).toMatchFileSnapshot('../../docs/faults.md')
  })

  it('are read from titles and tables, and from no comment', () => {
    const text =
      "// [fault 1]\ndescribe('a', () => {\n  it('b [fault 2]', () => {})\n  it.each(table)('c %s [faults 3, 4]', () => {})\n})\nconst table = { user: { bad: [{ when: 'd [fault 5]' }] } }\nit(`e ${1} [fault 6]`, () => {})\n"
    expect(marksOf('x.test.ts', text).map(({ name, faults: numbers }) => [name, ...numbers])).toEqual([
      ['a > b', 2],
      ['a > c %s', 3, 4],
      ['user > bad > d', 5],
      ['e ${1}', 6],
    ])
  })
})

/** The faults as a Markdown page, each with the tests that carry it. */
function faultTable(all: readonly Fault[], marked: readonly FaultTest[]): string {
  const sections = [...groupBy(all, ({ theme }) => theme)].flatMap(([theme, group]) => [
    `## ${theme[0]?.toUpperCase()}${theme.slice(1)}`,
    '',
    row(['', 'What goes wrong', 'What comes out', 'Tests']),
    row(['---', '---', '---', '---']),
    ...group.map((fault) =>
      row([String(fault.number), escape(fault.fault), escape(fault.outcome), testsOf(fault, marked)]),
    ),
    '',
  ])
  return [
    '# Faults and their tests',
    '',
    'Generated from the titles of the tests: a test says which faults it covers, as `[fault 7]` or `[faults 7, 8]`. The list is `test/repo/faults.ts`;',
    'run `npx vitest run --project repo -u` after a change. A fault without a test fails the check, unless it waits for a part of the flow that is not there yet.',
    '',
    ...sections,
  ].join('\n')
}

function testsOf({ number, waitsFor }: Fault, marked: readonly FaultTest[]): string {
  const mine = marked.filter((test) => test.faults.includes(number))
  if (mine.length === 0) return `none yet: it waits for ${waitsFor}`
  return [...groupBy(mine, ({ path }) => path)]
    .map(
      ([path, group]) =>
        `[${path.replace(/^test\//, '')}](../${path}): ${group.map(({ name }) => escape(name)).join('; ')}`,
    )
    .join('<br>')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function escape(text: string): string {
  return text
    .replaceAll(/[\\|`*_$[\]]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ')
}
