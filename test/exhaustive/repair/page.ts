import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sizeBudgets } from '../../../src/policy/fixed-numbers.ts'
import { root } from '../../repo/source-files.ts'
import { readMeasured, type Measured, type Side } from './measured.ts'
import { readShapes, shapeDigest, type Shape } from './shape.ts'

const [begin, end] = ['<!-- written by npm run test:exhaustive -- repair -->', '<!-- until here -->']

interface Trial {
  shape: Shape
  measured: Measured
}

/** Writes what is on record into docs/repair.md. */
export function writeRepairTable(): void {
  const page = join(root, 'docs/repair.md')
  writeFileSync(page, withRepairTable(readFileSync(page, 'utf8')))
}

/** The page with the table of the trials between its marks. Throws if it has no marks. */
export function withRepairTable(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`expected the marks ${begin} and ${end} in docs/repair.md`)
  return `${page.slice(0, from)}${begin}\n\n${tables(trialsOnRecord()).join('\n')}\n\n${page.slice(to)}`
}

/** The shapes that are on record as they are now, by stack, and the names of those that wait to be measured. */
export function trialsOnRecord(): { trials: Trial[]; waiting: string[] } {
  const all = readMeasured()
  const found = readShapes().map((shape) => ({
    shape,
    measured: all.find((one) => one.shape === shape.name && one.shapeDigest === shapeDigest(shape)),
  }))
  return {
    trials: found.flatMap(({ shape, measured }) => (measured === undefined ? [] : [{ shape, measured }])),
    waiting: found.flatMap(({ shape, measured }) => (measured === undefined ? [shape.name] : [])),
  }
}

/** Whether an application that was started before is not afterwards, with or without hardening: there must be none. */
export function isBroken({ before, after }: Measured): boolean {
  return (['plain', 'hardened'] as const).some((how) => before.answers[how] === true && after.answers[how] !== true)
}

function tables({ trials, waiting }: ReturnType<typeof trialsOnRecord>): string[] {
  return [
    ...totals(trials),
    `- **Not measured yet**: ${waiting.join(', ') || 'none'}.`,
    '',
    ...besidePublished(trials),
    '',
    '| application | bases there | rules that say no | answers | unpacked, MB | findings | rebuild, s | kept | left |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...trials.map(row),
    '',
    '| application | dropped, and why |',
    '| --- | --- |',
    ...trials.flatMap(droppedRow),
    '',
    '| application | shape of | what else differs |',
    '| --- | --- | --- |',
    ...trials.map(({ shape }) =>
      cells([shape.name, `${shape.of} at ${shape.commit.slice(0, 12)}`, shape.differs ?? '']),
    ),
  ]
}

function totals(trials: readonly Trial[]): string[] {
  const all = trials.map(({ measured }) => measured)
  const days = all.map(({ day }) => day).toSorted()
  const started = all.filter(({ before }) => before.answers.plain === true)
  const hardened = (pick: (one: Measured) => Side) => all.filter((one) => pick(one).answers.hardened === true).length
  const [passed, startedPassed] = [all, started].map((some) => some.filter(({ after }) => after.outcome === 'passed'))
  const stacks = [...new Set(trials.map(({ shape }) => shape.stack))]
  const perStack = stacks.map((stack) => {
    const own = trials.filter(({ shape }) => shape.stack === stack)
    return `${stack} ${own.filter(({ measured }) => measured.after.outcome === 'passed').length} of ${own.length}`
  })
  const median = (of: (side: Side) => number | undefined, least = 0) =>
    medianOf(all.flatMap(({ before, after }) => ((of(before) ?? 0) < least ? [] : ratio(of(before), of(after)))))
  const sum = (pick: (one: Measured) => Side) => all.reduce((count, one) => count + (pick(one).findings ?? 0), 0)
  return [
    `- **Tried**: ${all.length} applications in ${stacks.length} stacks, ${days[0] ?? 'never'} to ${days.at(-1) ?? 'never'}; ${started.length} of them build, start and answer as they are given, ${hardened(({ before }) => before)} of these also under hardening, and after the repair ${hardened(({ after }) => after)}.`,
    `- **Broken**: ${all.filter(isBroken).length} answered before and not after.`,
    `- **Passed** under the default policy, without an exception: ${passed?.length ?? 0} of ${all.length} (${percent(passed?.length ?? 0, all.length)}); of those that answered as given, ${startedPassed?.length ?? 0} of ${started.length}. ${perStack.join(', ')}.`,
    `- **Only the size says no** for ${onlySize(all).join(', ') || 'none'}: the default policy allows an interpreted image ${sizeBudgets.interpreted}, and the program of Node.js 24 alone has 127 MB.`,
    `- **Unpacked size**: ${change(median(({ unpacked }) => unpacked))} in the median, ${change(totalRatio(all, ({ unpacked }) => unpacked))} of all together.`,
    `- **Rebuild after one changed line**: ${change(median(({ rebuild }) => rebuild))} in the median of the ${all.filter(({ before, after }) => ratio(before.rebuild, after.rebuild).length > 0).length} where it was measured, ${change(totalRatio(all, ({ rebuild }) => rebuild))} of all together; ${change(median(({ rebuild }) => rebuild, 10))} in the median of those that took ten seconds or more.`,
    `- **Findings** of the examples' small database: ${sum(({ before }) => before)} before, ${sum(({ after }) => after)} after; **packages** in the images: ${change(median(({ packages }) => packages))} in the median.`,
  ]
}

function onlySize(all: readonly Measured[]): string[] {
  return all.filter(({ after }) => after.no.length === 1 && after.no[0] === 'size-unpacked').map(({ shape }) => shape)
}

/** Figures of the publications, as issue 19 has them; none of them says that the result runs, or passes a gate. */
function besidePublished(trials: readonly Trial[]): string[] {
  const all = trials.map(({ measured }) => measured)
  const size = change(medianRatio(all, ({ unpacked }) => unpacked))
  const rebuild = change(medianRatio(all, ({ rebuild: seconds }) => seconds))
  return [
    '| published | what it does | its figures | here |',
    '| --- | --- | --- | --- |',
    `| PARFUM | repairs 14 smells | 4.6 % smaller on average; 26 of 34 proposals merged | ${size} in the median |`,
    `| StageCraft | makes several stages of one | works for 60.3 % of 521 projects; 52 % smaller, half the findings of high risk | ${size}; ${secondStages(all)} |`,
    `| refactoring by language models | rewrites | 32 % smaller | ${size} |`,
    `| Doctor | reorders instructions | rebuilds 26.5 % faster; 86 % behave the same | ${rebuild}; ${percent(all.length - all.filter(isBroken).length, all.length)} answer as before |`,
  ]
}

function secondStages(all: readonly Measured[]): string {
  const count = (ids: (one: Measured) => readonly string[]) =>
    all.filter((one) => ids(one).includes('two-stages')).length
  return `a second stage kept for ${count(({ kept }) => kept)}, and dropped for ${count(({ dropped }) => dropped.map(({ repair }) => repair))}`
}

function medianRatio(all: readonly Measured[], of: (side: Side) => number | undefined): number | undefined {
  return medianOf(all.flatMap(({ before, after }) => ratio(of(before), of(after))))
}

function row({ shape, measured: { before, after, kept, remains } }: Trial): string {
  const both = (of: (side: Side) => string) => `${of(before)} → ${of(after)}`
  const left = [...new Set(remains.map(({ rule }) => rule))]
  return cells([
    shape.name,
    shape.was,
    `${before.no.length} → ${after.outcome === 'passed' ? '**passed**' : after.no.length}`,
    both(({ answers }) => (answers.hardened === true ? 'hardened' : answers.plain === true ? 'yes' : 'no')),
    both(({ unpacked }) => (unpacked === undefined ? '–' : (unpacked / 1e6).toFixed(0))),
    both(({ findings }) => String(findings ?? '–')),
    both(({ rebuild }) => rebuild?.toFixed(1) ?? '–'),
    kept.join(', ') || 'nothing',
    left.join(', '),
  ])
}

function droppedRow({ shape, measured: { before, dropped } }: Trial): string[] {
  const reasons = [...new Set(dropped.map(({ why }) => why))]
  const said = reasons.map(
    (why) =>
      `${dropped
        .filter((one) => one.why === why)
        .map(({ repair }) => repair)
        .join(', ')}: ${why}`,
  )
  const given = before.answers.plain === true ? [] : [`as given: ${before.answers.plain}`]
  return said.length + given.length === 0 ? [] : [cells([shape.name, [...given, ...said].join('; ')])]
}

function cells(values: readonly string[]): string {
  return `| ${values.map((value) => value.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')).join(' | ')} |`
}

function ratio(before: number | undefined, after: number | undefined): number[] {
  return before === undefined || after === undefined || before === 0 ? [] : [after / before]
}

function totalRatio(all: readonly Measured[], of: (side: Side) => number | undefined): number | undefined {
  const both = all.flatMap(({ before, after }) => {
    const [old, now] = [of(before), of(after)]
    return old === undefined || now === undefined ? [] : [[old, now] as const]
  })
  const [old, now] = [0, 1].map((index) => both.reduce((sum, pair) => sum + (pair[index] ?? 0), 0))
  return old === undefined || old === 0 ? undefined : (now ?? 0) / old
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1)
  return middle.length === 0 ? undefined : middle.reduce((sum, value) => sum + value, 0) / middle.length
}

function change(value: number | undefined): string {
  if (value === undefined) return 'unknown'
  return value <= 1 ? `${((1 - value) * 100).toFixed(0)} % less` : `${((value - 1) * 100).toFixed(0)} % more`
}

function percent(part: number, of: number): string {
  return of === 0 ? '0 %' : `${((part / of) * 100).toFixed(0)} %`
}
