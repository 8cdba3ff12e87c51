import type { createColors } from 'picocolors'
import type { RuleResult } from '../model/index.ts'
import { counted } from '../model/measures.ts'
import { foundLine, ownerLine, placeOf, severityLine, tally, type ReportedFinding } from './reported-finding.ts'
import { wrapped } from '../model/wrap.ts'

export type Colors = ReturnType<typeof createColors>

/** How findings are shown on a terminal. */
export interface GateLayout {
  colors: Colors
  width: number
  /** Show every finding with its details, instead of the first three places. */
  verbose: boolean
}

const glyphs = { failed: '✗', undecided: '?', warned: '!', passed: '✓', off: '○' } as const

/** How many places are shown without --verbose. */
const mostPlaces = 3

/** A rule with something to report: what is wrong, where, who owns it, and what to do. */
export function gateLines(result: RuleResult, findings: readonly ReportedFinding[], layout: GateLayout): string {
  const { colors, width, verbose } = layout
  const mine = findings.filter(
    ({ rule, state }) => rule === result.rule && state !== 'excepted' && state !== 'known' && state !== 'reported',
  )
  // A list of places is shown once: in the rule's line if it is short, otherwise below it.
  const listed = mine.length > 0 && mine.every(({ id }) => result.found.includes(id))
  const found = listed && mine.length > mostPlaces && !verbose ? `${mine.length} found` : result.found
  const paint = result.status === 'failed' ? colors.red : colors.yellow
  const said = wrapped(`${result.rule}  ${found}; expected ${result.wanted}`, width - 2, 2)
  const named = said.startsWith(result.rule) ? `${colors.bold(result.rule)}${said.slice(result.rule.length)}` : said
  const [remedy = ''] = verbose ? [result.remedy] : result.remedy.split(/(?<!\be\.g\.)(?<=\.) (?=[A-Z])/)
  return [
    `${paint(glyphs[result.status])} ${named}`,
    ...findingLines(mine, result, layout, listed),
    arrow(remedy, layout),
  ]
    .filter((line) => line !== '')
    .join('\n')
}

/** Missing evidence that no rule reports. */
export function missingLines(finding: ReportedFinding, layout: GateLayout): string {
  const { colors, width } = layout
  const on = finding.platforms.length === 0 ? '' : ` on ${finding.platforms.join(', ')}`
  const said = wrapped(`no ${finding.id}${on}: ${finding.found}; expected ${finding.wanted}`, width - 2, 2)
  return [`${colors.yellow('?')} ${said}`, arrow(finding.remedy, layout)].filter((line) => line !== '').join('\n')
}

function findingLines(
  findings: readonly ReportedFinding[],
  result: RuleResult,
  layout: GateLayout,
  listed: boolean,
): string[] {
  if (layout.verbose) return findings.map((finding) => wholeFinding(finding, result, layout))
  // Omitted if the rule's own line says everything.
  const told = (finding: ReportedFinding) => finding.location === undefined && ownerLine(finding) === ''
  const short = listed ? findings.length <= mostPlaces : findings.length === 1
  if (findings.length === 0 || (short && findings.every((one) => told(one) && (listed || placeLine(one) === one.id))))
    return []
  return [`  ${wrapped(placesLine(findings), layout.width - 2, 2, Infinity)}`]
}

/** The first places, their owners, and how many more there are. */
function placesLine(findings: readonly ReportedFinding[]): string {
  const shown = findings.slice(0, mostPlaces)
  const cut = findings.slice(mostPlaces)
  const known = (finding: ReportedFinding) => (finding.owner?.kind === 'unknown' ? '' : ownerLine(finding))
  const owners = new Set(findings.map(known))
  const [owner = ''] = owners
  const shared = owners.size === 1 && owner !== ''
  const places = shown.map((finding) => {
    const whose = shared ? '' : known(finding)
    return whose === '' ? placeLine(finding) : `${placeLine(finding)} (${whose})`
  })
  const severities = new Set(cut.map(({ severity }) => severity))
  const more = cut.length === 0 ? '' : ` and ${counted(cut.length, 'more', 'more')}`
  const worth = severities.size > 1 ? ` (${severityLine(tally(cut))})` : ''
  return `${shared ? `${owner}: ` : ''}${places.join(', ')}${more}${worth}`
}

/** A finding in a few words: its ID and where it is. */
function placeLine(finding: ReportedFinding): string {
  const { id, subject, location, vulnerability } = finding
  if (vulnerability !== undefined) return `${vulnerability.package.name} ${vulnerability.package.version} ${id}`
  const place = location === undefined ? subject : placeOf(location)
  if (place === '' || place === id) return id
  return location === undefined || place.includes(id)
    ? place.includes(id)
      ? place
      : `${id} ${place}`
    : `${place} ${id}`
}

function wholeFinding(finding: ReportedFinding, result: RuleResult, { colors, width }: GateLayout): string {
  const { id, severity, location, platforms, vulnerability } = finding
  const paint =
    severity === 'critical' || severity === 'high' ? colors.red : severity === 'low' ? colors.dim : colors.yellow
  const found = foundLine(finding)
  const about = [
    ...(vulnerability === undefined || location === undefined ? [] : [placeOf(location)]),
    ownerLine(finding),
    ...(platforms.length > 1 ? [`on ${platforms.join(', ')}`] : []),
  ].filter((text) => text !== '')
  const line = `${placeLine(finding)}${found === id || found === '' ? '' : `: ${found}`}${about.length === 0 ? '' : ` (${about.join('; ')})`}`
  const todo = finding.remedy === result.remedy ? '' : `\n    → ${wrapped(finding.remedy, width - 6, 6)}`
  return `  ${paint(severity.padEnd(8))} ${wrapped(line, width - 11, 11)}${todo}`
}

function arrow(remedy: string, { width }: GateLayout): string {
  return remedy === '' ? '' : `  → ${wrapped(remedy, width - 4, 4)}`
}
