import {
  evidenceKinds,
  type EvidenceKind,
  type PlatformEvidence,
  type RuleResult,
  type Run,
  type Runtime,
  type Size,
  type Undecided,
} from '../model/index.ts'
import { evidenceSummary, lintSummary } from './evidence-summary.ts'
import { exceptionText } from '../model/exception-text.ts'
import { flowProgress } from './flow-progress.ts'
import { headline, rulesWith } from '../model/headline.ts'
import { findingsSection } from './html-findings.ts'
import { htmlStyle } from './html-style.ts'
import { breakable, cell, columnHeads } from './html-table.ts'
import { loadLineMark } from './load-line-mark.ts'
import { html, type Markup } from './markup.ts'
import { age, byteSize, counted, moment, wholeNumber } from '../model/measures.ts'
import { notices } from './notices.ts'
import { reportedFindings } from './reported-findings.ts'
import type { ReportedFinding } from './reported-finding.ts'
import { printable } from '../model/printable.ts'
import { describeSignature } from './signature.ts'
import { verificationSteps } from './verification-steps.ts'

/**
 * `report.html`: one self-contained page for people. No scripts, no external fonts or images; a content security policy
 * enforces that. Text from the image is shown, never interpreted.
 * At most 500 findings of a kind are listed, most severe first; each list counts what it omits.
 * The order depends on the verdict: readers of a passed run want to check it, readers of any other want to know why.
 */
export function renderHtml(run: Run, findings: readonly ReportedFinding[] = reportedFindings(run)): string {
  const { outcome, word } = headline(run)
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${word}: ${printable(run.subject.name)} · Loadline</title>
${htmlStyle}
</head>
<body class="${outcome}">
<div class="page">
${topBar(run, outcome === 'passed')}
<main>
${verdictSection(run)}
${flowStrip(run)}
${factList(run)}
${notices(run).map(
  ({
    title,
    text,
    items,
  }) => html`<aside class="notice"><b>${title}</b><p>${text}</p>${items.length > 0 && html`<ul>${items.map((item) => html`<li><code>${printable(item)}</code></li>`)}</ul>`}</aside>
`,
)}
${outcome === 'passed' && verificationSection(run)}
${gatesSection(run)}
${evidenceSection(run)}
${findingsSection(run, findings)}
${exceptionsSection(findings)}
${outcome !== 'passed' && verificationSection(run)}
${toolsSection(run)}
</main>
<footer><span>Loadline ${printable(run.loadline)}, ${moment(run.startedAt)}, document ${run.schemaVersion}</span><span>The same facts for machines: verdict.json, report.sarif, report.junit.xml</span></footer>
</div>
</body>
</html>
`
  return document.toString()
}

function topBar(run: Run, passed: boolean): Markup {
  const links: Array<[string, boolean]> = [
    ['verify', passed],
    ['gates', run.verdict !== undefined],
    ['evidence', run.evidence !== undefined],
    ['findings', run.evidence !== undefined || run.verdict !== undefined],
    ['verify', !passed],
    ['tools', run.verdict !== undefined],
  ]
  return html`<header class="top"><strong>Loadline</strong><nav aria-label="Sections">${links.filter(([, there]) => there).map(([name]) => html`<a href="#${name}">${name}</a>`)}</nav><span>${moment(run.verdict?.binding.at ?? run.startedAt)}</span></header>`
}

function verdictSection(run: Run): Markup {
  const { outcome, word, sentence, next, images } = headline(run)
  const platforms = images.length === 0 ? 'no image was built' : images.map(({ platform }) => platform).join(', ')
  return html`<div class="verdict">
${loadLineMark(outcome)}
<div><p class="subject"><b>${printable(run.subject.name)}</b> · ${printable(platforms)}</p>
<h1>${word}</h1>
<p class="why">${printable(sentence, 2000)}</p>
${next !== '' && html`<p class="next">${printable(next, 2000)}</p>`}
${run.failure?.step !== undefined && html`<pre class="output">${run.failure.step.output.map((line) => `${printable(line)}\n`).join('')}</pre>`}</div>
</div>`
}

function flowStrip(run: Run): Markup {
  return html`<ol class="flow" aria-label="How far the run got">${flowProgress(run).map(({ stage, state, note }) => html`<li class="${state}">${stage}<small>${note}</small></li>`)}</ol>`
}

function factList(run: Run): Markup {
  const { images } = headline(run)
  const judgedAt = run.verdict?.binding.at ?? run.startedAt
  const fact = (term: string, values: Markup[]): Markup | false =>
    values.length > 0 && html`<dt>${term}</dt>${values.map((value) => html`<dd>${value}</dd>`)}`
  return html`<dl class="facts">
${fact(
  'Image',
  images.map(
    ({ platform, digest }) => html`<code>${digest}</code>${images.length > 1 && html` <small>${platform}</small>`}`,
  ),
)}
${fact('Published as', run.release === undefined ? [] : [html`<code>${printable(run.release.reference)}</code>${run.release.signature !== undefined && html` <small>${printable(describeSignature(run.release.signature))}</small>`}`])}
${fact('Policy', run.policy === undefined ? [] : [html`${run.policy.path === undefined ? 'built in' : html`<code>${printable(run.policy.path)}</code>`} <small><code>${run.policy.digest}</code></small>`])}
${fact(
  'Vulnerability database',
  run.verdict?.binding.databases.length === 0
    ? [html`none: vulnerabilities were not looked up`]
    : (run.verdict?.binding.databases ?? []).map(
        (database) =>
          html`${printable(database.name)}, ${age(database.updatedAt, judgedAt)} <small>${database.coverage}, updated ${moment(database.updatedAt)}, <code>${database.digest}</code></small>`,
      ),
)}
${fact('Given image', run.subject.image === undefined ? [] : [html`<code>${printable(run.subject.image.name)}</code> <small>${run.subject.image.form}</small>`])}${fact('Source', run.subject.dockerfile === undefined ? [] : [html`<code>${printable(run.subject.dockerfile)}</code>${run.subject.target !== undefined && html` <small>target <code>${printable(run.subject.target)}</code></small>`}${run.subject.dockerfileDigest !== undefined && html` <small><code>${run.subject.dockerfileDigest}</code></small>`}`])}
</dl>`
}

function verificationSection(run: Run): Markup {
  return html`<section id="verify"><h2>Verify it yourself</h2><p class="lead">You need not take this report on trust. Run these commands in the source directory or the report’s.</p>
<ol class="steps">${verificationSteps(run).map(({ proves, command, expect }) => html`<li><p>${proves}</p><pre><code>${printable(command, 2000)}</code>${expect !== undefined && html`<i><code>${printable(expect)}</code></i>`}</pre></li>`)}</ol></section>`
}

const statusWords = {
  failed: 'says no',
  undecided: 'undecided',
  warned: 'warns',
  passed: 'passed',
  off: 'off',
} as const

function gatesSection(run: Run): Markup | false {
  if (run.verdict === undefined) return false
  const speaking = [...rulesWith(run, 'failed'), ...rulesWith(run, 'undecided'), ...rulesWith(run, 'warned')]
  const quiet = [...rulesWith(run, 'off'), ...rulesWith(run, 'passed')]
  // Passed rules are collapsed if any rule has something to report.
  const denying = speaking.some(({ status }) => status !== 'warned')
  const told = (text: string): Markup => html`<span>${breakable(printable(text))}</span>`
  const row = (
    result: RuleResult,
  ): Markup => html`<tr>${cell('Verdict', html`<span class="word ${result.status}">${statusWords[result.status]}</span>`)}${cell('Gate', html`<span><b>${printable(result.title)}</b> <small>${printable(result.rule)}</small></span>`)}${cell('Expected', told(result.wanted))}${cell('Found', told(result.found))}${speaks(result) && cell('What to do', told(result.remedy))}</tr>
`
  const table = (results: readonly RuleResult[], caption: string, remedy: boolean): Markup | false =>
    results.length > 0 &&
    html`<table class="gates${remedy ? '' : ' quiet'}"><caption>${caption}</caption>${columnHeads(['Verdict', 'Gate', 'Expected', 'Found', ...(remedy ? ['What to do'] : [])])}
<tbody>${results.map(row)}</tbody></table>`
  const counts = (['failed', 'undecided', 'warned', 'passed', 'off'] as const)
    .map((status) => [status, rulesWith(run, status).length] as const)
    .filter(([, count]) => count > 0)
  const line = counts.map(([status, count]) => `${wholeNumber(count)} ${countWords[status]}`).join(', ')
  return html`<section id="gates"><h2>Gates</h2><p class="lead">${line}.</p>
${table(speaking, 'Gates that say no, are undecided or warn: what each expected and found, and what to do', true)}
${quiet.length > 0 && html`<details class="others"${!denying && html` open`}><summary><h3>${speaking.length === 0 ? 'All of them' : 'All others'}</h3><span>${wholeNumber(quiet.length)}</span></summary><div class="body">${table(quiet, 'Gates that passed or are off', false)}</div></details>`}</section>`
}

function speaks({ status }: RuleResult): boolean {
  return status === 'failed' || status === 'undecided' || status === 'warned'
}

const countWords = { failed: 'say no', undecided: 'undecided', warned: 'warn', passed: 'passed', off: 'off' } as const

function evidenceSection(run: Run): Markup | false {
  if (run.evidence === undefined) return false
  const { lint, platforms } = run.evidence
  const told = (text: string): Markup => html`<span>${printable(text)}</span>`
  const lintCell =
    lint.status === 'collected'
      ? told(lintSummary(lint.value))
      : lint.status === 'not-applicable'
        ? told(`not applicable: ${lint.reason}`)
        : undecidedCell(lint)
  if (platforms.length === 0) {
    return html`<section id="evidence"><h2>Evidence</h2><p class="lead">There is no image to collect evidence from.</p>
<table class="evidence"><caption>Evidence by kind</caption>${columnHeads(['Kind', 'Dockerfile'])}<tbody><tr>${cell('Kind', 'lint')}${cell('Dockerfile', lintCell)}</tr></tbody></table></section>`
  }
  return html`<section id="evidence"><h2>Evidence</h2><p class="lead">What the collectors found in exactly these bytes, before anything was judged.</p>
<table class="evidence"><caption>Evidence by kind and platform</caption>${columnHeads(['Kind', ...platforms.map(({ archive }) => archive.platform)])}
<tbody><tr>${cell('Kind', 'lint')}<td data-label="Dockerfile"${platforms.length > 1 && html` colspan="${platforms.length}"`}>${lintCell}</td></tr>
${evidenceKinds.map(
  (kind) => html`<tr>${cell('Kind', kind)}${platforms.map(({ archive, evidence }) => {
    const collected = evidence[kind]
    if (collected.status === 'undecided') return cell(archive.platform, undecidedCell(collected))
    if (collected.status === 'not-applicable')
      return cell(archive.platform, told(`not applicable: ${collected.reason}`))
    const summary = told(evidenceSummary(kind, collected.value as never))
    return cell(archive.platform, detail(evidence, kind, summary))
  })}</tr>
`,
)}</tbody></table></section>`
}

/** Evidence that needs more than one line. */
function detail({ size, runtime }: PlatformEvidence, kind: EvidenceKind, summary: Markup): Markup {
  if (kind === 'size' && size.status === 'collected') return html`<span>${summary}${layerBar(size.value)}</span>`
  if (kind === 'runtime' && runtime.status === 'collected' && runtime.value.calls.length > 0)
    return html`<span>${summary}${runDetail(runtime.value)}</span>`
  return summary
}

/** The conditions under which the image ran, and what it used of them. */
function runDetail({ user, probe, limits, calls, listens, usedTmpfs, madeBy }: Runtime): Markup {
  const conditions = [
    `User ${user}`,
    'read-only root',
    'no capabilities',
    `${limits.seccomp === 'default' ? 'default' : printable(limits.seccomp)} seccomp profile`,
    `${byteSize(limits.memory)} of memory`,
    counted(limits.pids, 'process', 'processes'),
    `${limits.cpus} CPU`,
    limits.services.length === 0 ? 'no network' : `network with only ${limits.services.join(', ')}`,
  ]
  const seen = [
    `probed by ${printable(probe)}`,
    `${counted(calls.length, 'system call')} used`,
    listens.length === 0 ? 'not listening' : `listening on ${listens.join(', ')}`,
    usedTmpfs.length === 0 ? 'wrote nothing' : `wrote to ${usedTmpfs.map((path) => printable(path)).join(', ')}`,
  ]
  return html`<small>${conditions.join(', ')}; ${printable(madeBy)}</small><small>${seen.join(', ')}</small>`
}

/** The layers by their share of the unpacked bytes, in order, the largest files, and those that waste most. */
function layerBar({ layers, largest, wastedFiles = [] }: Size): Markup {
  const shown = layers.filter(({ unpacked }) => unpacked > 0).slice(0, 60)
  const named = (paths: ReadonlyArray<{ path: string; bytes: number }>) =>
    paths.slice(0, 3).map(({ path, bytes }) => `${printable(path, 120)} ${byteSize(bytes)}`)
  const [files, wasted] = [named(largest), named(wastedFiles)]
  return html`<span class="layers" role="img" aria-label="Layers by size">${shown.map(({ unpacked, createdBy }) => html`<i style="flex-grow:${unpacked}" title="${byteSize(unpacked)}, ${printable(createdBy, 200)}"></i>`)}</span>${files.length > 0 && html`<small>Largest: ${files.join(', ')}</small>`}${wasted.length > 0 && html`<small>Written more than once, or removed: ${wasted.join(', ')}</small>`}`
}

function undecidedCell({ wanted, found, remedy }: Undecided): Markup {
  return html`<span><span class="word undecided">not available</span><small>Expected ${printable(wanted)}</small><small>Found ${printable(found)}</small><small>${printable(remedy)}</small></span>`
}

/** The most exceptions that the page lists. */
const mostExceptions = 500

function exceptionsSection(findings: readonly ReportedFinding[]): Markup | false {
  const excepted = findings.flatMap((finding) =>
    finding.exception === undefined ? [] : [{ ...finding, exception: finding.exception }],
  )
  if (excepted.length === 0) return false
  const shown = excepted.slice(0, mostExceptions)
  return html`<section id="exceptions"><h2>Exceptions</h2><p class="lead">${counted(excepted.length, 'finding')} that the policy allows for a limited time, each with a responsible owner.</p>
<table class="exceptions"><caption>Exceptions in force</caption>${columnHeads(['Finding', 'Gate', 'Reason', 'Owner', 'Until'])}<tbody>
${shown.map(
  ({
    id,
    subject,
    rule,
    exception,
  }) => html`<tr>${cell('Finding', html`<span><b class="mono">${printable(id, 200)}</b>${subject !== '' && html`<small class="mono">${printable(subject, 300)}</small>`}</span>`)}${cell('Gate', printable(rule ?? ''))}${cell(
    'Reason',
    html`<span>${printable(exception.reason)}${exceptionText(exception)
      .facts.filter(([name]) => !['owner', 'created', 'until'].includes(name))
      .map(([name, value]) => html`<small>${name}: ${printable(value)}</small>`)}</span>`,
  )}${cell('Owner', printable(exception.owner))}${cell('Until', html`<span class="day">${exception.expires}<small>${exception.daysLeft === 0 ? 'last day' : `${counted(exception.daysLeft, 'day')} left`}</small>${exception.created !== undefined && html`<small>since ${exception.created}</small>`}</span>`)}</tr>
`,
)}</tbody></table>${excepted.length > shown.length && html`<p class="cut">Not listed here: ${counted(excepted.length - shown.length, 'more exception')}. verdict.json has them all.</p>`}</section>`
}

function toolsSection(run: Run): Markup | false {
  if (run.verdict === undefined) return false
  const { tools } = run.verdict.binding
  return html`<section id="tools"><h2>Tools</h2><p class="lead">The verdict is bound to exactly these. A different tool, database or policy invalidates it.</p>
<table class="tools"><caption>Tools with their digests</caption>${columnHeads(['Tool', 'Version', 'Image'])}<tbody>
${tools.map(
  ({
    name,
    version,
    reference,
  }) => html`<tr>${cell('Tool', printable(name))}${cell('Version', printable(version))}${cell('Image', html`<code>${printable(reference)}</code>`)}</tr>
`,
)}</tbody></table></section>`
}
