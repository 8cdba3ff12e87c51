import { groupBy } from '../model/group-by.ts'
import { exceptionText } from '../model/exception-text.ts'
import { compareSeverity, compareText, severities, type Run } from '../model/index.ts'
import { cell, columnHeads } from './html-table.ts'
import { html, type Markup } from './markup.ts'
import { counted, wholeNumber } from '../model/measures.ts'
import { ownerGroups, type OwnerGroup } from './owner-groups.ts'
import {
  findingKinds,
  findingStates,
  ownerLine,
  severityLine,
  stateWords,
  tally,
  type FindingKind,
  type FindingState,
  type ReportedFinding,
} from './reported-finding.ts'
import { printable, safeUrl } from '../model/printable.ts'
import { dockerfileOf } from './source-location.ts'

/** The most findings of a kind that the page lists. */
const mostFindings = 500

/** The names of kinds on the page. */
const kindTitles: Record<FindingKind, string> = {
  lint: 'Lint',
  vulnerabilities: 'Vulnerabilities',
  secrets: 'Secrets',
  licenses: 'Licences',
  structure: 'Structure tests',
  sbom: 'Software bill of materials',
  size: 'Size',
  runtime: 'Run under hardening',
  configuration: 'Image configuration',
  base: 'Base image',
  policy: 'Policy',
}

const stateCounts = {
  undecided: 'undecided',
  denied: 'denying',
  warned: 'warning',
  excepted: 'excepted',
  known: 'known',
  reported: 'within the policy',
} as const

/**
 * Every finding by its owner, with a choice of sort order and filter. No script: the browser reorders and hides rows by CSS alone,
 * and if it cannot, the choice is not offered and all findings are listed by owner. Print shows all of them, whatever was chosen.
 */
export function findingsSection(run: Run, findings: readonly ReportedFinding[]): Markup {
  if (findings.length === 0) return html`<section id="findings"><h2>Findings</h2><p class="lead">None.</p></section>`
  const ofKind = groupBy(findings, ({ kind }) => kind)
  const listed = new Set(findingKinds.flatMap((kind) => (ofKind.get(kind) ?? []).slice(0, mostFindings)))
  const groups = ownerGroups(findings)
  const positions = ordersOf([...listed])
  return html`<section id="findings"><h2>Findings</h2><p class="lead">${counted(findings.length, 'finding')}: ${stateLine(findings)}.</p>
${ownerTable(run, groups)}
<div class="choices">${choice(
    'order',
    'Order by',
    orders.map(({ name, label }) => [name, label]),
  )}${choice('show', 'Show', shownStates(findings))}</div>
<table class="findings" role="table"><caption>Findings by owner</caption><thead role="rowgroup"><tr role="row">${['Severity', 'Finding', 'Where', 'What to do'].map((head) => html`<th scope="col" role="columnheader">${head}</th>`)}</tr></thead>
${groups.map((group, index) => ownerRows(run, group, index + 1, listed, positions))}</table>
${cutLines(ofKind)}</section>`
}

/** The number of findings in each state, in words. */
function stateLine(findings: readonly ReportedFinding[]): string {
  const { states } = tally(findings)
  return findingStates
    .filter((state) => states[state] > 0)
    .map((state) => `${wholeNumber(states[state])} ${stateCounts[state]}`)
    .join(', ')
}

/** Who can fix how much, at a glance. */
function ownerTable(run: Run, groups: readonly OwnerGroup[]): Markup {
  return html`<table class="owners"><caption>How many findings each owner can fix</caption>${columnHeads(['Owner', 'Deny', ...severities])}<tbody>
${groups.map((group, index) => {
  const counts = tally(group.findings)
  const denying = counts.states.denied + counts.states.undecided
  return html`<tr>${cell('Owner', html`<span><a href="#owner-${index + 1}">${group.title}</a> ${ownerName(run, group)}</span>`)}${cell('Deny', denying === 0 ? html`<span class="none">0</span>` : html`<b class="denying">${wholeNumber(denying)}</b>`)}${severities.map(
    (severity) =>
      cell(
        severity,
        counts.severities[severity] === 0
          ? html`<span class="none">0</span>`
          : wholeNumber(counts.severities[severity]),
      ),
  )}</tr>
`
})}</tbody></table>`
}

function ownerName(run: Run, { name, line }: OwnerGroup): Markup {
  return html`${name !== '' && html`<code>${printable(name, 200)}</code>`}${line !== undefined && html` <small>${printable(dockerfileOf(run), 200)}:${line}</small>`}`
}

/** Orders other than by owner: each row carries its position in every one of them, and CSS sorts by the chosen one. */
const orders = [
  { name: 'owner', label: 'owner' },
  {
    name: 'severity',
    label: 'severity',
    compare: (left: ReportedFinding, right: ReportedFinding) => compareSeverity(left.severity, right.severity),
  },
  {
    name: 'package',
    label: 'package',
    compare: (left: ReportedFinding, right: ReportedFinding) => compareText(packageKey(left), packageKey(right)),
  },
  {
    name: 'gate',
    label: 'gate',
    compare: (left: ReportedFinding, right: ReportedFinding) => compareText(gateOf(left), gateOf(right)),
  },
] as const

/** Packages first and by name, then everything else by what it is about. */
function packageKey({ vulnerability, id, subject }: ReportedFinding): string {
  return vulnerability === undefined ? `1 ${subject || id}` : `0 ${vulnerability.package.name.toLowerCase()}`
}

function gateOf({ rule, kind }: ReportedFinding): string {
  return rule ?? kind
}

/** The style of each row: `--severity:3;--package:0`. If an order does not distinguish two findings, the more severe one comes first. */
function ordersOf(findings: readonly ReportedFinding[]): Map<ReportedFinding, string> {
  const weight = new Map(findings.map((finding, index) => [finding, index]))
  const byWeight = (left: ReportedFinding, right: ReportedFinding) =>
    findingStates.indexOf(left.state) - findingStates.indexOf(right.state) ||
    (weight.get(left) ?? 0) - (weight.get(right) ?? 0)
  const styles = new Map(findings.map((finding) => [finding, [] as string[]]))
  for (const order of orders) {
    if (!('compare' in order)) continue
    findings
      .toSorted((left, right) => order.compare(left, right) || byWeight(left, right))
      .forEach((finding, position) => styles.get(finding)?.push(`--${order.name}:${position}`))
  }
  return new Map([...styles].map(([finding, style]) => [finding, style.join(';')]))
}

function choice(name: string, legend: string, options: ReadonlyArray<readonly [string, string]>): Markup {
  return html`<fieldset class="choice"><legend>${legend}</legend>${options.map(([value, label], index) => html`<input type="radio" name="${name}" id="${name}-${value}"${index === 0 && html` checked`}><label for="${name}-${value}">${label}</label>`)}</fieldset>`
}

function shownStates(findings: readonly ReportedFinding[]): Array<readonly [string, string]> {
  const { states, total } = tally(findings)
  const counts: Array<readonly [string, string, number]> = [
    ['denied', 'denying', states.denied + states.undecided],
    ['warned', 'warning', states.warned],
    ['excepted', 'excepted', states.excepted],
    ['known', 'known', states.known],
    ['reported', 'within policy', states.reported],
  ]
  return [
    ['all', `all ${wholeNumber(total)}`],
    ...counts
      .filter(([, , count]) => count > 0)
      .map(([value, label, count]) => [value, `${label} ${wholeNumber(count)}`] as const),
  ]
}

function ownerRows(
  run: Run,
  group: OwnerGroup,
  number: number,
  listed: ReadonlySet<ReportedFinding>,
  positions: ReadonlyMap<ReportedFinding, string>,
): Markup {
  const severalPlatforms = (run.evidence?.platforms.length ?? 0) > 1
  return html`<tbody role="rowgroup"><tr class="group" role="row" id="owner-${number}"><th colspan="4" scope="rowgroup" role="rowheader"><h3>${group.title} ${ownerName(run, group)}</h3><span>${severityLine(tally(group.findings))}; ${stateLine(group.findings)}</span></th></tr>
${group.findings.filter((finding) => listed.has(finding)).map((finding) => findingRow(finding, positions.get(finding) ?? '', severalPlatforms))}</tbody>
`
}

/** The row's class for filtering: missing evidence counts as denied. */
const shownAs: Record<FindingState, string> = {
  undecided: 'denied',
  denied: 'denied',
  warned: 'warned',
  excepted: 'excepted',
  known: 'known',
  reported: 'reported',
}

function findingRow(finding: ReportedFinding, style: string, severalPlatforms: boolean): Markup {
  const { vulnerability, location } = finding
  const url = safeUrl(finding.url)
  const id = html`<b class="mono">${printable(finding.id, 200)}</b>`
  const about = vulnerability?.title ?? finding.found
  const place =
    location === undefined
      ? (vulnerability?.package.path ?? '')
      : `${location.path}${location.line === undefined ? '' : `:${location.line}`}`
  const what =
    vulnerability === undefined ? finding.subject : `${vulnerability.package.name} ${vulnerability.package.version}`
  const where = [place.startsWith(what) ? '' : what, place].filter((line) => line !== '')
  const platforms = severalPlatforms ? finding.platforms.join(', ') : ''
  const owner = ownerLine(finding)
  const data = (label: string, content: Markup): Markup => html`<td role="cell" data-label="${label}">${content}</td>`
  return html`<tr role="row" class="${shownAs[finding.state]}" style="${style}">${data('Severity', html`<span><span class="word ${finding.severity}">${finding.severity}</span><small>${stateWords[finding.state]}${finding.knownSince !== undefined && html` since ${finding.knownSince.slice(0, 10)}`}</small></span>`)}${data(
    'Finding',
    html`<span>${url === undefined ? id : html`<a href="${url}" rel="noopener noreferrer">${id}</a>`}${about !== '' && about !== finding.id && html`<small>${printable(about)}</small>`}<small class="gate">${finding.rule === undefined ? kindTitles[finding.kind].toLowerCase() : printable(finding.rule, 100)}</small></span>`,
  )}${data('Where', html`<span>${where.map((line, position) => (position === 0 ? html`<span class="mono">${printable(line, 300)}</span>` : html`<small class="mono">${printable(line, 300)}</small>`))}${platforms !== '' && html`<small>${platforms}</small>`}${owner !== '' && html`<small class="owner">${printable(owner, 200)}</small>`}</span>`)}${data(
    'What to do',
    finding.exception === undefined
      ? html`<span>${printable(finding.remedy)}${vulnerability === undefined && html`<small>Expected: ${printable(finding.wanted)}</small>`}</span>`
      : html`<span>${printable(finding.exception.reason)}<small>${printable(finding.exception.owner)}, ${exceptionText(finding.exception).until}</small></span>`,
  )}</tr>
`
}

function cutLines(ofKind: ReadonlyMap<string, readonly ReportedFinding[]>): Markup[] {
  return findingKinds.flatMap((kind) => {
    const cut = (ofKind.get(kind) ?? []).slice(mostFindings)
    return cut.length === 0
      ? []
      : [
          html`<p class="cut">${kindTitles[kind]}, not listed here: ${counted(cut.length, 'more finding')} (${severityLine(tally(cut))}; ${stateLine(cut)}). verdict.json has them all.</p>`,
        ]
  })
}
