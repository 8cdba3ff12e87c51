import type { RuleResult, Run } from '../model/index.ts'
import { exceptionText } from '../model/exception-text.ts'
import { headline, rulesWith } from '../model/headline.ts'
import { age, counted, moment, wholeNumber } from '../model/measures.ts'
import { notices } from './notices.ts'
import { reportedFindings } from './reported-findings.ts'
import { ownerLine, severityLine, stateWords, tally, type ReportedFinding } from './reported-finding.ts'
import { printable, safeUrl } from '../model/printable.ts'
import { describeSignature } from './signature.ts'
import { verificationSteps } from './verification-steps.ts'

/**
 * `summary.md`: GitHub-flavoured Markdown for a job summary or a comment. The verdict, the gates, the ten most severe
 * findings, and how to check it. Below 1 MiB, because GitHub drops an entire longer summary: blocks that do not fit
 * into `mostBytes` are omitted, and the last line says how many.
 */
export function renderMarkdown(
  run: Run,
  findings: readonly ReportedFinding[] = reportedFindings(run),
  mostBytes: number = mostSummaryBytes,
): string {
  const blocks = [
    verdictBlock(run),
    ...notices(run).map(({ title, text: body, items }) =>
      quote(
        `**${text(title)}.** ${text(body)}`,
        items.map((item) => code(item)),
      ),
    ),
    gatesBlock(run),
    findingsBlock(findings),
    exceptionsBlock(findings),
    verificationBlock(run),
    footBlock(run),
  ].filter((block) => block !== '')
  return fitted(blocks, mostBytes)
}

/** GitHub's limit is 1 MiB; the rest is room for what the caller may add. */
const mostSummaryBytes = 1_000_000
const mostFindings = 10
const mostExceptions = 20

function verdictBlock(run: Run): string {
  const { outcome, word, sentence, next, images } = headline(run)
  const facts: Array<[string, string]> = images.map(({ platform, name, digest }) => [
    `Image, ${platform}`,
    code(`${name}@${digest}`),
  ])
  if (images.length === 0) facts.push(['Image', `${code(run.subject.name)}, not built`])
  if (run.release !== undefined) facts.push(['Published as', code(run.release.reference)])
  if (run.release?.signature !== undefined) facts.push(['Signature', text(describeSignature(run.release.signature))])
  if (run.policy !== undefined)
    facts.push([
      'Policy',
      `${run.policy.path === undefined ? 'default' : code(run.policy.path)}, ${code(run.policy.digest)}`,
    ])
  const judgedAt = run.verdict?.binding.at ?? run.startedAt
  for (const database of run.verdict?.binding.databases ?? [])
    facts.push([
      'Database',
      `${code(database.name)} (${database.coverage}), ${age(database.updatedAt, judgedAt)}, updated ${moment(database.updatedAt)}`,
    ])
  return [
    `## ${marks[outcome]} ${word}: ${text(run.subject.name)}`,
    `${text(sentence)}${next === '' ? '' : `\n${text(next)}`}`,
    ...(run.failure?.step === undefined ? [] : [codeBlock(run.failure.step.output)]),
    table(['', ''], facts),
  ].join('\n\n')
}

const marks = { passed: '✅', rejected: '❌', undecided: '❔', broken: '⚠️' } as const

function gatesBlock(run: Run): string {
  const results = rulesWith(run, 'failed', 'undecided', 'warned', 'passed', 'off')
  if (results.length === 0) return ''
  const speaking = [...rulesWith(run, 'failed'), ...rulesWith(run, 'undecided'), ...rulesWith(run, 'warned')]
  const passed = rulesWith(run, 'passed')
  const off = rulesWith(run, 'off')
  const rows = (list: readonly RuleResult[], remedy: boolean): string[][] =>
    list.map((result) => [
      statusWords[result.status],
      text(result.title),
      text(result.wanted),
      text(result.found),
      ...(remedy ? [text(result.remedy)] : []),
    ])
  return [
    '### Gates',
    ...(speaking.length === 0 ? [] : [table(['', 'Gate', 'Wanted', 'Found', 'What to do'], rows(speaking, true))]),
    ...(passed.length === 0
      ? []
      : [
          folded(
            `${counted(passed.length, 'gate')} passed`,
            table(['', 'Gate', 'Wanted', 'Found'], rows(passed, false)),
          ),
        ]),
    ...(off.length === 0
      ? []
      : [`Not judged: ${off.map((result) => `${code(result.rule)} (${text(result.found)})`).join(', ')}.`]),
  ].join('\n\n')
}

const statusWords = {
  failed: '❌ no',
  undecided: '❔ undecided',
  warned: '⚠️ warns',
  passed: '✅ yes',
  off: 'off',
} as const

function findingsBlock(findings: readonly ReportedFinding[]): string {
  const weighed = findings.filter((finding) => finding.state !== 'excepted')
  if (weighed.length === 0) return ''
  const shown = weighed.slice(0, mostFindings)
  const rows = shown.map((finding) => [
    stateWords[finding.state],
    finding.severity,
    linked(finding),
    subjectOf(finding),
    text(finding.vulnerability?.title || finding.found, 200),
    text(finding.remedy, 200),
  ])
  const cut = weighed.slice(mostFindings)
  const rest =
    cut.length === 0
      ? ''
      : `\n\nand ${counted(cut.length, 'more finding')} (${severityLine(tally(cut))}) in the full report.`
  return `### ${cut.length === 0 ? 'Findings' : `Top ${mostFindings} of ${wholeNumber(weighed.length)} findings`}\n\n${table(['', 'Severity', 'Id', 'Where', 'Found', 'What to do'], rows)}${rest}`
}

function linked(finding: ReportedFinding): string {
  const url = safeUrl(finding.url)
  if (url === undefined || !/^[A-Za-z0-9._-]{1,64}$/.test(finding.id)) return code(finding.id)
  return `[${code(finding.id)}](<${url.replaceAll(/[<>|\\`]/g, encodeURIComponent)}>)`
}

function subjectOf(finding: ReportedFinding): string {
  const { subject, location, vulnerability, platforms } = finding
  const place =
    location === undefined ? '' : `${location.path}${location.line === undefined ? '' : `:${location.line}`}`
  const what =
    vulnerability === undefined ? place || subject : `${vulnerability.package.name} ${vulnerability.package.version}`
  const many = platforms.length > 1 ? ` on ${platforms.join(', ')}` : ''
  const owner = ownerLine(finding)
  return `${what === '' ? '' : code(what)}${owner === '' ? '' : text(` (${owner})`)}${text(many)}`
}

function exceptionsBlock(findings: readonly ReportedFinding[]): string {
  const excepted = findings.flatMap((finding) =>
    finding.exception === undefined ? [] : [{ ...finding, exception: finding.exception }],
  )
  if (excepted.length === 0) return ''
  const shown = excepted.slice(0, mostExceptions)
  const rows = shown.map(({ id, subject, exception }) => {
    const facts = exceptionText(exception).facts.filter(([name]) => name !== 'owner' && name !== 'until')
    const days = `${exception.expires} (${exception.daysLeft === 0 ? 'last day' : `${counted(exception.daysLeft, 'day')} left`})`
    return [
      code(id),
      code(subject),
      text(exception.reason),
      text(exception.owner),
      text(facts.map(([name, value]) => `${name}: ${value}`).join('; ')),
      days,
    ]
  })
  const cut = excepted.length - shown.length
  return folded(
    `${counted(excepted.length, 'exception')} in force`,
    `${table(['Id', 'Subject', 'Reason', 'Owner', 'Ticket and more', 'Until'], rows)}${cut > 0 ? `\n\nand ${wholeNumber(cut)} more in the full report.` : ''}`,
  )
}

function verificationBlock(run: Run): string {
  const steps = verificationSteps(run).map(({ proves, command, expect }) => {
    const line = fenced(`${printable(command, 2000)}${expect === undefined ? '' : `\n# ${printable(expect)}`}`)
    return `${text(proves)}:\n\n${line}`
  })
  return folded('How to verify this yourself', steps.join('\n\n'))
}

function footBlock(run: Run): string {
  return `<sub>Loadline ${text(run.loadline)} · ${moment(run.startedAt)}${run.mode === 'unknown' ? '' : ` · ${run.mode}`} · full report: report.html, verdict.json, report.sarif</sub>`
}

/** Untrusted text as Markdown that shows exactly that text: no markup, no HTML, no link, no mention, no issue number, one line. */
function text(value: string, longest?: number): string {
  return printable(value, longest)
    .replace(/[&<>`*_[\]#|~$\\]/g, (character) => `&#${character.codePointAt(0)};`)
    .replace(/&#35;(?=\d)/g, (character) => `${character}${wordBreak}`)
    .replace(/@(?=[\w-])/g, `&#64;${wordBreak}`)
    .replace(
      /(?<=\w):(?=\/\/)|(?<=\bwww)\.|(?<=\b(?:mailto|xmpp)):|(?<=\bGH)-(?=\d)/gi,
      (character) => `&#${character.codePointAt(0)};${wordBreak}`,
    )
    .replace(
      /^(\s*)([-+=]|\d+[.)])(?=\s|$)/,
      (_, space: string, bullet: string) => `${space}${bullet.slice(0, -1)}&#${bullet.codePointAt(bullet.length - 1)};`,
    )
    .replace(/:(?=[a-z0-9_+-]+:)/gi, `:${wordBreak}`)
}

/**
 * U+200B as an entity: it separates `@` from a name, `#` from a number and `:` from `//`, so that no renderer turns
 * them into a mention or a link.
 */
const wordBreak = '&#8203;'

/** Untrusted text as a code span. */
function code(value: string): string {
  const shown = printable(value, 300).trim()
  if (shown === '') return ''
  const longestRun = Math.max(0, ...(shown.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longestRun + 1)
  const padding = shown.startsWith('`') || shown.endsWith('`') ? ' ' : ''
  return `${fence}${padding}${shown}${padding}${fence}`
}

function fenced(value: string): string {
  const longestRun = Math.max(2, ...(value.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longestRun + 1)
  return `${fence}sh\n${value}\n${fence}`
}

function table(head: string[], rows: string[][]): string {
  // A pipe separates cells even inside a code span; renderers disagree about one after a backslash, so the two are kept apart.
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\\(?=\|)/g, '\\ ').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
}

function quote(first: string, items: string[]): string {
  return ['> [!NOTE]', `> ${first}`, ...items.map((item) => `> - ${item}`)].join('\n')
}

/** Blocks in order as long as they fit, leaving room for the line that counts the others. */
function fitted(blocks: readonly string[], mostBytes: number): string {
  const kept: string[] = []
  let bytes = 100
  for (const block of blocks) {
    const size = Buffer.byteLength(block, 'utf8') + 2
    if (bytes + size > mostBytes) continue
    kept.push(block)
    bytes += size
  }
  const cut = blocks.length - kept.length
  return `${kept.join('\n\n')}${cut === 0 ? '' : `\n\n${counted(cut, 'section')} of this summary did not fit; report.html has everything.`}\n`
}

/** Lines as printed, in a fence longer than any they contain: nothing in it is Markdown, a mention or a link. */
export function codeBlock(lines: readonly string[]): string {
  const shown = lines.map((line) => printable(line)).join('\n')
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return shown === '' ? '' : `${fence}text\n${shown}\n${fence}`
}
