import Table from 'cli-table3'
import { createColors } from 'picocolors'
import { byteSize, counted, moment } from '../model/measures.ts'
import { defused, printable } from '../model/printable.ts'
import type { BaseComparison, BaseRow, Measures } from './comparison.ts'

const heads = [
  'Base',
  'Unpacked',
  'Compressed',
  'Packages',
  'Findings C/H/M/L/?',
  'Shell',
  'Package manager',
  'libc',
  'System',
  'Supported until',
  'Ready after',
]

function values({
  unpacked,
  compressed,
  packages,
  findings,
  uncovered,
  shells,
  packageManagers,
  libc,
  system,
  endOfLife,
  startSeconds,
}: Measures): string[] {
  const { critical, high, medium, low, unknown } = findings
  return [
    byteSize(unpacked),
    byteSize(compressed),
    String(packages),
    `${critical}/${high}/${medium}/${low}/${unknown}${uncovered.length === 0 ? '' : ', not all covered'}`,
    shells.length === 0 ? 'no' : 'yes',
    packageManagers.length === 0 ? 'no' : packageManagers.map((path) => path.split('/').at(-1) ?? path).join(', '),
    libc,
    system,
    endOfLife ?? 'unknown',
    startSeconds === undefined ? 'not started' : `${startSeconds.toFixed(2)} s`,
  ]
}

/** A row's notes, next to its numbers. */
function remarks(rows: readonly BaseRow[]): string[] {
  return rows.flatMap((row): string[] => {
    if (row.status !== 'measured')
      return [`${row.reference}: ${row.status === 'failed' ? 'not measured' : 'not available'}: ${row.reason}`]
    const { substitute, notStarted, uncovered } = row.measures
    return [
      ...(substitute === undefined
        ? []
        : [
            `${row.reference} was substituted by ${substitute}, assembled from distribution packages: the published base differs in size and findings`,
          ]),
      ...(notStarted === undefined ? [] : [`${row.reference}: ${notStarted}`]),
      ...(uncovered.length === 0
        ? []
        : [`${row.reference}: the vulnerability database does not cover ${uncovered.join(', ')}`]),
    ]
  })
}

function nameOf({ reference, form, isCurrent }: BaseRow): string {
  return `${reference} (${[form === 'current' ? '' : form, isCurrent ? 'current' : ''].filter((word) => word !== '').join(', ')})`
}

function facts({ application, platform, database }: BaseComparison): string {
  return `${application} on ${platform}; ${database === undefined ? 'no vulnerability database' : `${database.name} (${database.coverage}) of ${moment(database.updatedAt)}`}`
}

/** The comparison for a terminal: one row per base, unmeasured ones with their reason, and the choice. */
export function renderBases(comparison: BaseComparison, { color }: { color: boolean }): string {
  const colors = createColors(color)
  const { rows, decision } = comparison
  const table = new Table({ head: heads, style: { head: [], border: [], compact: true }, wordWrap: true })
  for (const row of rows)
    table.push([
      printable(nameOf(row)),
      ...(row.status === 'measured'
        ? values(row.measures).map((value) => printable(value))
        : [{ colSpan: heads.length - 1, content: row.status === 'failed' ? 'not measured' : 'not available' }]),
    ])
  return defused(
    [
      '',
      printable(facts(comparison)),
      '',
      table.toString(),
      '',
      ...remarks(rows).map((line) => `${colors.yellow('!')} ${printable(line)}`),
      '',
      ...(decision === undefined
        ? [colors.yellow('No base can be chosen: the application did not start on any of them.')]
        : [
            `${colors.green(colors.bold(printable(decision.reference)))}`,
            ...decision.reasons.map((reason) => `  ${printable(reason)}`),
          ]),
      '',
    ].join('\n'),
  )
}

/** The files of the record by their names: `bases.json`, which is the comparison, and `bases.md`. */
export function renderRecord(comparison: BaseComparison): Record<string, string> {
  return { 'bases.json': `${JSON.stringify(comparison, null, 2)}\n`, 'bases.md': renderBasesMarkdown(comparison) }
}

/** `bases.md`: the decision as a readable record, to keep with the application. */
export function renderBasesMarkdown(comparison: BaseComparison): string {
  const { rows, decision, at, loadline } = comparison
  const notes = remarks(rows)
  return [
    `# Base image of ${text(comparison.application)}`,
    '',
    `${moment(at)}, Loadline ${loadline}. ${text(facts(comparison))}.`,
    '',
    '## Decision',
    '',
    ...(decision === undefined
      ? ['None: the application did not start on any measured base.']
      : [`Build on ${text(decision.reference)}.`, '', ...decision.reasons.map((reason) => `- ${text(reason)}`)]),
    '',
    'Bases on which the application does not start are left out; then fewer findings count, the worst first; then the end of support, shell and package manager, and size. This is a measurement, not a verdict: the gate judges what is built.',
    '',
    `## ${counted(rows.length, 'base')} compared`,
    '',
    tableRow(heads),
    tableRow(heads.map(() => '---')),
    ...rows.map((row) =>
      tableRow([
        text(nameOf(row)),
        ...(row.status === 'measured'
          ? values(row.measures).map(text)
          : [row.status === 'failed' ? 'not measured' : 'not available', ...heads.slice(2).map(() => '')]),
      ]),
    ),
    '',
    ...(notes.length === 0 ? [] : [...notes.map((note) => `- ${text(note)}`), '']),
  ].join('\n')
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Untrusted text, escaped: it cannot produce a table, link, image or mention. */
function text(value: string): string {
  return printable(value)
    .replaceAll(/[\\|`*_[\]#!~]/g, '\\$&')
    .replaceAll(/[&<>@]/g, (character) => `&#${character.codePointAt(0)};`)
}
