import Table from 'cli-table3'
import { createColors } from 'picocolors'
import type { RuleResult, Run } from '../model/index.ts'
import { exceptionText } from '../model/exception-text.ts'
import { flowProgress } from './flow-progress.ts'
import { headline, rulesWith } from '../model/headline.ts'
import { age, counted } from '../model/measures.ts'
import { notices } from './notices.ts'
import { ownerLine, reportedFindings, severityLine, tally, type ReportedFinding } from './reported-findings.ts'
import { defused, printable } from '../model/printable.ts'

/** How a run is told on a terminal. */
export interface TerminalOptions {
  color: boolean
  /** Columns of the terminal; below 60 it is laid out for 60. */
  width: number
  /** Directory of the written reports, for the last line. */
  reports?: string
}

/**
 * The verdict for a terminal or a log: what the gates wanted, found and ask for, then one clear last word.
 * Escape sequences of an image never get through, nor does a workflow command hidden in a name.
 */
export function renderTerminal(
  run: Run,
  options: TerminalOptions,
  findings: readonly ReportedFinding[] = reportedFindings(run),
): string {
  const width = Math.max(60, Math.min(options.width, 160))
  const colors = createColors(options.color)
  const paint = (outcome: Run['outcome']) =>
    outcome === 'passed' ? colors.green : outcome === 'rejected' ? colors.red : colors.yellow
  const speaking = [...rulesWith(run, 'failed'), ...rulesWith(run, 'undecided'), ...rulesWith(run, 'warned')]

  const sections = [
    flowLine(run, colors),
    factLines(run, width, colors),
    ...notices(run).map(({ title, text, items }) =>
      block(
        `${colors.yellow('!')} ${colors.bold(title)}`,
        [text, ...items].map((line) => wrapped(line, width - 2)).join('\n'),
      ),
    ),
    speaking.length === 0 ? '' : gateTable(speaking, width, colors),
    ...speaking.map((result) => detailTable(result, findings, width, colors)),
    missingTable(findings, width, colors),
    explainLine(speaking, width, colors),
    compressed('✓', 'passed', rulesWith(run, 'passed'), width, colors.green),
    compressed('○', 'not judged', rulesWith(run, 'off'), width, colors.yellow),
    exceptionBlock(findings, width, colors),
    knownLine(findings, width, colors),
    withinPolicyLine(findings, width),
    lastWords(run, options, width, colors, paint(headline(run).outcome)),
  ]
  return defused(`\n${sections.filter((section) => section !== '').join('\n\n')}\n`)
}

type Colors = ReturnType<typeof createColors>
type Painter = (text: string) => string

/** Findings spelled out per rule; the reports have the rest. */
const mostFindings = 10

/** Longest text of a cell, in characters: a terminal is no place to read more, and the reports have it. */
const longestCell = 300

const glyphs = { failed: '✗', undecided: '?', warned: '!', passed: '✓', off: '○' } as const
const stageGlyphs = { done: '✓', undecided: '?', stopped: '✗', skipped: '·', pending: '·' } as const

function flowLine(run: Run, colors: Colors): string {
  return flowProgress(run)
    .map(({ stage, state }) => {
      const paint =
        state === 'done'
          ? colors.green
          : state === 'stopped'
            ? colors.red
            : state === 'undecided'
              ? colors.yellow
              : colors.dim
      return `${paint(stageGlyphs[state])} ${state === 'skipped' || state === 'pending' ? colors.dim(stage) : stage}`
    })
    .join(' ')
}

function factLines(run: Run, width: number, colors: Colors): string {
  const { images } = headline(run)
  const judgedAt = run.verdict?.binding.at ?? run.startedAt
  const facts: Array<[string, string]> = [
    ...images.map(({ platform, digest }): [string, string] => ['image', `${run.subject.name} ${platform} ${digest}`]),
    ...(run.policy === undefined
      ? []
      : [['policy', `${run.policy.path ?? 'default'} ${run.policy.digest.slice(0, 19)}…`] as [string, string]]),
    ...(run.verdict?.binding.databases ?? []).map((database): [string, string] => [
      'database',
      `${database.name} (${database.coverage}), ${age(database.updatedAt, judgedAt)}`,
    ]),
  ]
  return facts
    .map(([name, value]) => `${colors.dim(name.padEnd(9))} ${indented(wrapped(value, width - 10), 10)}`)
    .join('\n')
}

function gateTable(results: readonly RuleResult[], width: number, colors: Colors): string {
  const [gate, wanted, found, remedy] = columns(width, 4, [26, 22, 22, 30])
  const rows = results.map((result) => {
    return [
      `${statusPaint(result, colors)(`${glyphs[result.status]} ${wrapped(result.title, gate - 2).replaceAll('\n', '\n  ')}`)}`,
      wrapped(result.wanted, wanted),
      wrapped(result.found, found),
      wrapped(result.remedy, remedy),
    ]
  })
  return drawn(['gate', 'wanted', 'found', 'what to do'], rows, [gate, wanted, found, remedy], colors)
}

/** What a rule found, one row each. Left out where the gate's own row says it all. */
function detailTable(result: RuleResult, findings: readonly ReportedFinding[], width: number, colors: Colors): string {
  const ofRule = findings.filter(
    (finding) => finding.rule === result.rule && finding.state !== 'excepted' && finding.state !== 'known',
  )
  const only = ofRule[0]
  if (only === undefined || (ofRule.length === 1 && only.id === result.rule && only.location === undefined)) return ''
  const shown = ofRule.slice(0, mostFindings)
  const body = findingTable(shown, result.remedy, width - 2, colors)
  const cut = ofRule.slice(mostFindings)
  const rest =
    cut.length === 0
      ? ''
      : `\n${colors.dim(`  ${indented(wrapped(`and ${counted(cut.length, 'more', 'more')} (${severityLine(tally(cut))}): see the reports`, width - 2), 2)}`)}`
  return `${block(`${statusPaint(result, colors)(glyphs[result.status])} ${colors.bold(printable(result.title))}`, body)}${rest}`
}

/** How to learn what the rules that speak are about, and why. */
function explainLine(speaking: readonly RuleResult[], width: number, colors: Colors): string {
  const [first, ...others] = speaking.map(({ rule }) => printable(rule))
  if (first === undefined) return ''
  const also = others.length === 0 ? '' : wrapped(`also ${others.join(' ')}`, width - 10, Infinity)
  return colors.dim(
    `about     loadline policy explain ${first}${also === '' ? '' : `\n          ${indented(also, 10)}`}`,
  )
}

function missingTable(findings: readonly ReportedFinding[], width: number, colors: Colors): string {
  const missing = findings.filter((finding) => finding.rule === undefined && finding.state === 'undecided')
  return missing.length === 0
    ? ''
    : block(
        `${colors.yellow('?')} ${colors.bold('Missing evidence')}`,
        findingTable(missing.slice(0, 50), '', width - 2, colors),
      )
}

function findingTable(
  findings: readonly ReportedFinding[],
  sharedRemedy: string,
  width: number,
  colors: Colors,
): string {
  const [severity, what, todo] = columns(width, 3, [10, 55, 45])
  const rows = findings.flatMap((finding) => {
    const place =
      finding.location === undefined
        ? ''
        : `at ${finding.location.path}${finding.location.line === undefined ? '' : `:${finding.location.line}`}`
    const about =
      finding.vulnerability === undefined
        ? finding.subject
        : `${finding.vulnerability.package.name} ${finding.vulnerability.package.version}`
    const lines = [
      ...wrapped(finding.id, what)
        .split('\n')
        .map((line) => colors.bold(line)),
      ...[
        place.endsWith(about) ? '' : about,
        finding.vulnerability === undefined ? finding.found : finding.vulnerability.title,
        place,
        ownerLine(finding),
        finding.platforms.length > 1 ? `on ${finding.platforms.join(', ')}` : '',
      ]
        .filter((line, position, all) => line !== '' && line !== finding.id && all.indexOf(line) === position)
        .flatMap((line) => wrapped(line, what).split('\n')),
    ]
    const remedy = finding.remedy === sharedRemedy ? '' : finding.remedy
    const asked = wrapped(remedy === '' ? `wanted: ${finding.wanted}` : remedy, todo).split('\n')
    // A row for each line: the table is drawn in time that grows with the square of a cell's text.
    return Array.from({ length: Math.max(lines.length, asked.length) }, (_, line) => [
      line === 0 ? severityPaint(finding, colors)(finding.severity) : '',
      lines[line] ?? '',
      asked[line] ?? '',
    ])
  })
  return drawn([], rows, [severity, what, todo], colors)
}

function severityPaint({ severity }: ReportedFinding, colors: Colors): Painter {
  if (severity === 'critical' || severity === 'high') return colors.red
  return severity === 'low' ? colors.dim : colors.yellow
}

function statusPaint({ status }: RuleResult, colors: Colors): Painter {
  return status === 'failed' ? colors.red : colors.yellow
}

function compressed(
  glyph: string,
  word: string,
  results: readonly RuleResult[],
  width: number,
  paint: Painter,
): string {
  if (results.length === 0) return ''
  const start = `${glyph} ${results.length} ${word}`
  return `${paint(start)}  ${indented(wrapped(results.map((result) => result.rule).join(', '), width - start.length - 2, Infinity), start.length + 2)}`
}

/** Who allows what, why and until when: an exception is no small print. */
function exceptionBlock(findings: readonly ReportedFinding[], width: number, colors: Colors): string {
  const excepted = findings.flatMap((finding) =>
    finding.exception === undefined ? [] : [{ ...finding, exception: finding.exception }],
  )
  if (excepted.length === 0) return ''
  const lines = excepted.slice(0, mostFindings).map(({ id, subject, exception }) => {
    const named = wrapped(`${id}${subject === '' ? '' : ` ${subject}`}`, width - 2)
    return `${colors.bold(named)}\n${indented(`  ${wrapped(exceptionText(exception).line, width - 4)}`, 2)}`
  })
  const cut = excepted.length - lines.length
  const rest = cut > 0 ? [colors.dim(`and ${counted(cut, 'more', 'more')}: see the reports`)] : []
  return block(
    `${colors.yellow('!')} ${colors.bold(`${counted(excepted.length, 'exception')} in force`)}`,
    [...lines, ...rest].join('\n'),
  )
}

function knownLine(findings: readonly ReportedFinding[], width: number, colors: Colors): string {
  const known = findings.filter(({ state }) => state === 'known')
  if (known.length === 0) return ''
  const named = known.slice(0, mostFindings).map(({ id, knownSince }) => `${id} since ${knownSince?.slice(0, 10)}`)
  const cut = known.length - named.length
  const start = `! ${known.length} known`
  return `${colors.yellow(start)}  ${indented(wrapped(`${named.join(', ')}${cut > 0 ? ` and ${cut} more` : ''}`, width - start.length - 2), start.length + 2)}`
}

function withinPolicyLine(findings: readonly ReportedFinding[], width: number): string {
  const counts = tally(findings.filter((finding) => finding.state === 'reported'))
  return counts.total === 0
    ? ''
    : `  ${indented(wrapped(`${counted(counts.total, 'finding')} within the policy (${severityLine(counts)}): see the reports`, width - 2), 2)}`
}

function lastWords(run: Run, options: TerminalOptions, width: number, colors: Colors, paint: Painter): string {
  const { word, sentence, next, images } = headline(run)
  const published = run.release === undefined ? undefined : `${printable(run.release.reference)}@${run.release.digest}`
  const [image, ...others] = images
  // Of several platforms the digests stand above, among the facts: the last line is one that a person can read.
  const named =
    published ??
    (image === undefined || others.length > 0
      ? [printable(run.subject.name), images.map(({ platform }) => platform).join(', ')]
          .filter((text) => text !== '')
          .join(' ')
      : `${printable(image.name)}@${image.digest}`)
  return [
    wrapped(sentence, width),
    ...(next === '' ? [] : [wrapped(next, width)]),
    ...(options.reports === undefined ? [] : [`Reports: ${printable(options.reports)}`]),
    paint(colors.bold(`${word.toUpperCase()} ${named}`)),
  ].join('\n')
}

/** Widths of columns by weight: each is padded by one on both sides, with a divider between. */
function columns(width: number, count: 3, weights: [number, number, number]): [number, number, number]
function columns(width: number, count: 4, weights: [number, number, number, number]): [number, number, number, number]
function columns(width: number, count: number, weights: number[]): number[] {
  const available = width - (3 * count - 1)
  const fixed = count === 3 ? [8] : []
  const rest = weights.slice(fixed.length)
  const sum = rest.reduce((total, weight) => total + weight, 0)
  const left = available - fixed.reduce((total, value) => total + value, 0)
  return [...fixed, ...rest.map((weight) => Math.max(8, Math.floor((left * weight) / sum)))]
}

function drawn(head: string[], rows: string[][], widths: number[], colors: Colors): string {
  const ruled = head.length > 0
  const line = ruled ? colors.dim('─') : ''
  const table = new Table({
    head: head.map((word) => colors.dim(word)),
    colWidths: widths.map((width) => width + 2),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      right: '',
      'left-mid': '',
      'right-mid': '',
      mid: line,
      'mid-mid': ruled ? colors.dim('┼') : '',
      middle: colors.dim('│'),
    },
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
  })
  table.push(...rows)
  return table
    .toString()
    .replaceAll(endOfDim, '')
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n')
}

/** Where one dim character ends and the next begins: a rule is drawn character by character. */
const endOfDim = '\u001b[22m\u001b[2m'

function block(title: string, body: string): string {
  return `${title}\n${indented(`  ${body}`, 2)}`
}

function indented(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}

/** Printable text broken to lines of at most `width` columns, at spaces where there are any, and inside a word only where it is longer than a line. The ids of our own rules need no limit. */
function wrapped(text: string, width: number, longest: number = longestCell): string {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of defused(printable(text, longest)).split(/ +/)) {
    for (const piece of pieces(word, width, used)) {
      const size = columnsOf(piece)
      if (used > 0 && used + 1 + size > width) {
        lines.push(line)
        line = ''
        used = 0
      }
      line = used === 0 ? piece : `${line} ${piece}`
      used = columnsOf(line)
    }
  }
  return [...lines, line].join('\n')
}

/** A word that is longer than a line fills up the line it starts on, unless that is nearly full. */
function pieces(word: string, width: number, used: number): string[] {
  if (columnsOf(word) <= width) return [word]
  const left = width - used - 1
  let room = used > 0 && left >= 12 ? left : width
  const parts: string[] = []
  let part = ''
  let size = 0
  for (const character of word) {
    const step = columnsOf(character)
    if (size + step > room) {
      parts.push(part)
      part = ''
      size = 0
      room = width
    }
    part += character
    size += step
  }
  return [...parts, part]
}

/** At most this many columns: everything beyond Latin, Greek and Cyrillic is counted as wide. */
function columnsOf(text: string): number {
  let total = 0
  for (const character of text)
    total += (character.codePointAt(0) ?? 0) < 0x1100 || /[\u2010-\u25ff]/.test(character) ? 1 : 2
  return total
}
