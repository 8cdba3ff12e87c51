import { createColors } from 'picocolors'
import { exceptionText } from '../model/exception-text.ts'
import { headline, rulesWith } from '../model/headline.ts'
import type { RuleResult, Run } from '../model/index.ts'
import { age, counted } from '../model/measures.ts'
import { defused, printable } from '../model/printable.ts'
import { flowProgress } from './flow-progress.ts'
import { gateLines, missingLines, type GateLayout } from './gate-lines.ts'
import { notices } from './notices.ts'
import { reportedFindings } from './reported-findings.ts'
import { severityLine, tally, type ReportedFinding } from './reported-finding.ts'
import { wrapped } from '../model/wrap.ts'

/** How a run is shown on a terminal. */
export interface TerminalOptions {
  color: boolean
  /** Columns of the terminal; at least 40 are assumed. */
  width: number
  /** Directory of the written reports, for the last lines. */
  reports?: string
  /** Whether to show every finding, exception and notice. Default: the first few of each, so that a verdict fits on a screen. */
  verbose?: boolean
}

/**
 * The verdict for a terminal or a log: the outcome, then for each gate with something to report what is wrong, where,
 * who owns it and what to do, then the result. Escape sequences from an image never get through, nor does a workflow
 * command hidden in a name.
 */
export function renderTerminal(
  run: Run,
  options: TerminalOptions,
  findings: readonly ReportedFinding[] = reportedFindings(run),
): string {
  const colors = createColors(options.color)
  const layout = { colors, width: Math.max(40, Math.min(options.width, 160)), verbose: options.verbose ?? false }
  const speaking = rulesWith(run, 'failed').concat(rulesWith(run, 'undecided'), rulesWith(run, 'warned'))
  const missing = findings.filter(({ rule, state }) => rule === undefined && state === 'undecided')
  // Rules that only lack evidence add nothing to the missing evidence itself.
  const waiting = speaking.filter(
    ({ rule, status }) =>
      status === 'undecided' && missing.length > 0 && !findings.some((finding) => finding.rule === rule),
  )
  const sections = [
    firstWords(run, layout),
    flowLine(run, layout),
    [
      ...missing.map((finding) => missingLines(finding, layout)),
      ...speaking.filter((result) => !waiting.includes(result)).map((result) => gateLines(result, findings, layout)),
      ...(waiting.length === 0 ? [] : [waitingLine(waiting, layout)]),
    ].join('\n'),
    exceptionLines(findings, layout),
    [passedLine(run, layout), knownLine(findings, layout), withinPolicyLine(findings, layout)]
      .filter(Boolean)
      .join('\n'),
    noticeLines(run, layout),
    factLines(run, layout),
    lastWords(run, speaking, options, layout),
  ]
  return defused(`\n${sections.filter((section) => section !== '').join('\n\n')}\n`)
}

const stageGlyphs = { done: '✓', undecided: '?', stopped: '✗', skipped: '·', pending: '·' } as const

/** How many exceptions and known findings are shown without --verbose. */
const mostNamed = 3

function outcomePaint(run: Run, { colors }: GateLayout): (text: string) => string {
  const { outcome } = headline(run)
  const paint = outcome === 'passed' ? colors.green : outcome === 'rejected' ? colors.red : colors.yellow
  return (text) => paint(colors.bold(text))
}

function firstWords(run: Run, layout: GateLayout): string {
  const { word, sentence, next } = headline(run)
  const lines = [sentence, next].filter((text) => text !== '').map((text) => wrapped(text, layout.width, 0, 2_000))
  const output = (run.failure?.step?.output ?? []).map((line) => `  │ ${wrapped(line, layout.width - 4, 4)}`)
  return [`${outcomePaint(run, layout)(word.toUpperCase())} ${printable(run.subject.name)}`, ...lines, ...output].join(
    '\n',
  )
}

function flowLine(run: Run, { colors }: GateLayout): string {
  const paints = {
    done: colors.green,
    stopped: colors.red,
    undecided: colors.yellow,
    skipped: colors.dim,
    pending: colors.dim,
  }
  return flowProgress(run)
    .map(({ stage, state }) => {
      const reached = state !== 'skipped' && state !== 'pending'
      return `${paints[state](stageGlyphs[state])} ${reached ? stage : colors.dim(stage)}`
    })
    .join(' ')
}

function waitingLine(results: readonly RuleResult[], { colors, width }: GateLayout): string {
  const names = results.map(({ rule }) => rule).join(', ')
  return `${colors.yellow('?')} ${wrapped(`undecided without it: ${names}`, width - 2, 2, Infinity)}`
}

/** Who allows what, why and until when: exceptions must not be fine print. */
function exceptionLines(findings: readonly ReportedFinding[], { colors, width, verbose }: GateLayout): string {
  const excepted = findings.filter(({ exception }) => exception !== undefined)
  if (excepted.length === 0) return ''
  const shown = verbose ? excepted : excepted.slice(0, mostNamed)
  const lines = shown.flatMap(({ id, subject, exception }) => {
    if (exception === undefined) return []
    const named = `${id}${subject === '' ? '' : ` ${subject}`}`
    const { line, until } = exceptionText(exception)
    const said = verbose ? `${named}: ${line}` : `${named}: ${exception.reason} (${exception.owner}, ${until})`
    return [`  ${wrapped(said, width - 4, 4, 2_000)}`]
  })
  const more = excepted.length - shown.length
  return [
    `${colors.yellow('!')} ${counted(excepted.length, 'exception')} in force`,
    ...lines,
    ...(more === 0 ? [] : [`  and ${counted(more, 'more', 'more')}`]),
  ].join('\n')
}

function passedLine(run: Run, { colors, width, verbose }: GateLayout): string {
  const names = (results: readonly RuleResult[]) => results.map(({ rule }) => rule).join(', ')
  const [passed, off] = [rulesWith(run, 'passed'), rulesWith(run, 'off')]
  const all =
    passed.length === 0 ? '' : `${counted(passed.length, 'rule')} passed${verbose ? `: ${names(passed)}` : ''}`
  const open = off.length === 0 ? '' : `${off.length} not judged: ${names(off)}`
  return [
    ...(all === '' ? [] : [`${colors.green('✓')} ${wrapped(all, width - 2, 2, Infinity)}`]),
    ...(open === '' ? [] : [`${colors.yellow('○')} ${wrapped(open, width - 2, 2, Infinity)}`]),
  ].join('\n')
}

function knownLine(findings: readonly ReportedFinding[], { colors, width, verbose }: GateLayout): string {
  const known = findings.filter(({ state }) => state === 'known')
  if (known.length === 0) return ''
  const shown = verbose ? known : known.slice(0, mostNamed)
  const named = shown.map(({ id, knownSince }) => `${id} since ${knownSince?.slice(0, 10)}`).join(', ')
  const more = known.length - shown.length
  const said = `${known.length} known: ${named}${more > 0 ? ` and ${more} more` : ''}`
  return `${colors.yellow('!')} ${wrapped(said, width - 2, 2, Infinity)}`
}

function withinPolicyLine(findings: readonly ReportedFinding[], { width }: GateLayout): string {
  const counts = tally(findings.filter(({ state }) => state === 'reported'))
  if (counts.total === 0) return ''
  return `  ${wrapped(`${counted(counts.total, 'finding')} within the policy (${severityLine(counts)})`, width - 2, 2)}`
}

function noticeLines(run: Run, { colors, width, verbose }: GateLayout): string {
  return notices(run)
    .map(({ title, text, items }) => {
      const [first = ''] = text.split(/(?<=\.) /)
      const said = wrapped(`${title}: ${verbose ? text : first}`, width - 2, 2, Infinity)
      const more = verbose ? items.map((item) => `\n  ${wrapped(item, width - 4, 4)}`).join('') : ''
      return `${colors.yellow('!')} ${said}${more}`
    })
    .join('\n')
}

function factLines(run: Run, { colors, width }: GateLayout): string {
  const judgedAt = run.verdict?.binding.at ?? run.startedAt
  const facts = [
    ...headline(run).images.map(({ platform, digest }) => ['image', `${platform} ${digest}`]),
    ...(run.policy === undefined
      ? []
      : [['policy', `${run.policy.path ?? 'default'} ${run.policy.digest.slice(0, 19)}…`]]),
    ...(run.verdict?.binding.databases ?? []).map((database) => [
      'database',
      `${database.name} (${database.coverage}), ${age(database.updatedAt, judgedAt)}`,
    ]),
  ]
  return facts
    .map(([name = '', value = '']) => `${colors.dim(name.padEnd(9))} ${wrapped(value, width - 10, 10)}`)
    .join('\n')
}

function lastWords(run: Run, speaking: readonly RuleResult[], options: TerminalOptions, layout: GateLayout): string {
  const { word, images } = headline(run)
  const [image, ...others] = images
  const [first] = speaking
  const published = run.release === undefined ? undefined : `${printable(run.release.reference)}@${run.release.digest}`
  // With several platforms the digests are listed above: the last line must stay readable.
  const named =
    published ??
    (image === undefined || others.length > 0
      ? [printable(run.subject.name), images.map(({ platform }) => platform).join(', ')].filter(Boolean).join(' ')
      : `${printable(image.name)}@${image.digest}`)
  const hints = [
    ...(first === undefined ? [] : [`why: loadline policy explain ${printable(first.rule)}`]),
    ...(options.verbose === true || first === undefined ? [] : ['all findings: --verbose']),
  ]
  return [
    ...(hints.length === 0 ? [] : [layout.colors.dim(wrapped(hints.join('; '), layout.width))]),
    ...(options.reports === undefined ? [] : [`Reports: ${printable(options.reports)}`]),
    outcomePaint(run, layout)(`${word.toUpperCase()} ${named}`),
  ].join('\n')
}
