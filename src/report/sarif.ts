import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describeOwner, type AcceptedRisk, type Run } from '../model/index.ts'
import { exceptionText } from '../model/exception-text.ts'
import { headline } from '../model/headline.ts'
import { counted, wholeNumber } from '../model/measures.ts'
import { notices } from './notices.ts'
import { reportedFindings } from './reported-findings.ts'
import { foundLine, placeOf, severityLine, tally, type ReportedFinding } from './reported-finding.ts'
import { printable } from '../model/printable.ts'
import { securitySeverity } from '../model/security-severity.ts'
import { repositorySegments, sourceLocation } from './source-location.ts'
import { Rules } from './sarif-rules.ts'

/**
 * SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/) with one run, for code-scanning services and editors.
 *
 * Every result has a location in the source: the finding's own line, or the line of the Dockerfile that added it or its base.
 * Rules that say no give errors; excepted findings carry a suppression with its justification; everything else is a warning or a note.
 * Missing evidence and failures are results too, with `executionSuccessful` false, so that no such run looks clean.
 * At most 5,000 results, most severe first, which is what GitHub shows of a run, and fewer if the file would be longer than GitHub accepts; a notification counts the rest.
 */
export function renderSarif(run: Run, findings: readonly ReportedFinding[] = reportedFindings(run)): string {
  const found = [...failureFinding(run), ...findings]
  for (let most = mostResults; ; most = Math.floor(most / 2)) {
    const text = logOf(run, found, found.slice(0, most))
    if (most === 0 || fitsUpload(text)) return text
  }
}

function logOf(run: Run, found: readonly ReportedFinding[], shown: readonly ReportedFinding[]): string {
  const rules = new Rules(run)
  const fingerprints = new Fingerprints()
  const results = shown.map((finding) => resultOf(run, finding, rules, fingerprints))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Loadline', version: printable(run.loadline), rules: rules.descriptors() },
          extensions: (run.verdict?.binding.tools ?? []).map(({ name, version, reference }) => ({
            name: printable(name),
            version: printable(version),
            properties: { reference: printable(reference) },
          })),
        },
        automationDetails: { id: `loadline/${encodeURIComponent(printable(run.subject.name))}/` },
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The root of the repository that contains the source.' } },
        },
        invocations: [invocationOf(run, found, shown)],
        columnKind: 'utf16CodeUnits',
        results,
        properties: propertiesOf(run, found),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

/** What GitHub code scanning shows of one run; it accepts 25,000. */
const mostResults = 5_000

/** GitHub accepts 10 MB after gzip (https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning); other gzip implementations may compress less. */
const mostPressedBytes = 9_000_000

function fitsUpload(text: string): boolean {
  return Buffer.byteLength(text) <= mostPressedBytes || gzipSync(text).length <= mostPressedBytes
}

type SarifLevel = 'error' | 'warning' | 'note'

function failureFinding(run: Run): ReportedFinding[] {
  const { outcome, sentence, next } = headline(run)
  if (outcome !== 'broken') return []
  const { step } = run.failure ?? {}
  return [
    {
      state: 'undecided',
      kind: 'policy',
      rule: 'run',
      id: 'run',
      subject: run.failure?.code ?? '',
      severity: 'unknown',
      platforms: [],
      wanted: 'a run that completes',
      found: sentence,
      remedy: next,
      ...(step?.line === undefined
        ? {}
        : { location: { path: step.path, line: step.line, within: 'source' as const } }),
    },
  ]
}

function invocationOf(run: Run, found: readonly ReportedFinding[], shown: readonly ReportedFinding[]): object {
  const { outcome, sentence } = headline(run)
  const notifications = notices(run).map(({ title, text, items }) =>
    notification('note', `${title}. ${[text, ...items].join(' ')}`),
  )
  if (outcome === 'broken') notifications.unshift(notification('error', sentence))
  if (outcome === 'undecided') notifications.unshift(notification('error', sentence))
  const cut = found.slice(shown.length)
  if (cut.length > 0) {
    const counts = tally(cut)
    notifications.unshift(
      notification(
        'warning',
        `${counted(shown.length, 'result')} of ${wholeNumber(found.length)} are listed, most severe first. Left out: ${counted(cut.length, 'result')} (${severityLine(counts)}), of which ${wholeNumber(counts.states.undecided + counts.states.denied)} reject. verdict.json has them all.`,
      ),
    )
  }
  const off = (run.verdict?.results ?? []).filter((result) => result.status === 'off')
  return {
    executionSuccessful: outcome === 'passed' || outcome === 'rejected',
    startTimeUtc: run.startedAt,
    ...(run.verdict === undefined ? {} : { endTimeUtc: run.verdict.binding.at }),
    toolExecutionNotifications: notifications,
    toolConfigurationNotifications: off.map((result) => notification('note', `${result.rule}: ${result.found}`)),
  }
}

function notification(level: SarifLevel, text: string): { level: SarifLevel; message: { text: string } } {
  return { level, message: { text: printable(text, 2000) } }
}

function propertiesOf(run: Run, found: readonly ReportedFinding[]): object {
  const counts = tally(found)
  return {
    outcome: headline(run).outcome,
    mode: run.mode,
    schemaVersion: run.schemaVersion,
    images: headline(run).images.map(({ platform, digest }) => ({ platform, digest })),
    ...(run.policy === undefined ? {} : { policy: run.policy.digest }),
    databases: run.verdict?.binding.databases ?? [],
    ...(run.verdict?.binding.baseline === undefined ? {} : { baseline: run.verdict.binding.baseline }),
    findings: { total: counts.total, ...counts.states },
  }
}

function resultOf(run: Run, finding: ReportedFinding, rules: Rules, fingerprints: Fingerprints): object {
  const rule = rules.add(finding)
  const print = fingerprints.of(rule.id, finding)
  return {
    ruleId: rule.id,
    ruleIndex: rule.index,
    level: levelOf(finding),
    message: { text: messageOf(finding) },
    locations: [locationOf(run, finding)],
    partialFingerprints: { primaryLocationLineHash: print, 'loadlineFinding/v1': print },
    ...(finding.exception === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: printable(exceptionText(finding.exception).line, 2000),
              properties: suppressionProperties(finding.exception),
            },
          ],
        }),
    properties: {
      state: finding.state,
      kind: finding.kind,
      severity: finding.severity,
      ...(finding.rule === undefined ? {} : { rule: finding.rule }),
      ...(finding.knownSince === undefined ? {} : { knownSince: finding.knownSince }),
      ...(finding.subject === '' ? {} : { subject: printable(finding.subject) }),
      ...(finding.owner === undefined ? {} : { owner: finding.owner.kind }),
      platforms: finding.platforms,
      'security-severity': securitySeverity[finding.severity],
    },
  }
}

/** The same facts one by one, for programs. */
function suppressionProperties({ vex, origin, ...risk }: AcceptedRisk): object {
  const texts = Object.entries({
    ...risk,
    ...(vex === undefined ? {} : { justification: vex.justification }),
    ...(origin === undefined ? {} : { origin: `${origin.path}, ${origin.place}` }),
  })
  return Object.fromEntries(
    texts.map(([key, value]) => [key, typeof value === 'string' ? printable(value, 2000) : value]),
  )
}

function levelOf(finding: ReportedFinding): SarifLevel {
  if (finding.state === 'denied' || finding.state === 'undecided') return 'error'
  if (finding.state === 'warned') return 'warning'
  return finding.severity === 'medium' || finding.severity === 'low' ? 'note' : 'warning'
}

function messageOf(finding: ReportedFinding): string {
  const on = finding.platforms.length === 0 ? '' : ` (${finding.platforms.join(', ')})`
  const from =
    finding.owner === undefined || finding.location?.within === 'source'
      ? ''
      : `From: ${printable(describeOwner(finding.owner))}`
  return [
    `${printable(foundLine(finding))}${on}`,
    from,
    `Expected: ${printable(finding.wanted)}`,
    printable(finding.remedy),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function locationOf(run: Run, finding: ReportedFinding): object {
  const inSource = sourceLocation(run, finding)
  const inImage = finding.location?.within === 'image' ? finding.location.path : finding.vulnerability?.package.path
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(run, inSource.path), uriBaseId: '%SRCROOT%' },
      region: {
        startLine: inSource.line ?? 1,
        ...(inSource.column === undefined ? {} : { startColumn: inSource.column }),
      },
    },
    ...(inImage === undefined
      ? {}
      : { logicalLocations: [{ fullyQualifiedName: printable(inImage), kind: 'resource' }] }),
  }
}

/** A relative URI reference under the repository's root: no scheme, no leading slash, no parent segments. */
function uriOf(run: Run, path: string): string {
  return (
    repositorySegments(run, path)
      .map((segment) => encodeURIComponent(printable(segment)))
      .join('/') || 'Dockerfile'
  )
}

/** Fingerprints that survive moved lines: from the rule, the subject and the file, numbered if these repeat. */
class Fingerprints {
  readonly #met = new Map<string, number>()

  of(rule: string, finding: ReportedFinding): string {
    const place = finding.location === undefined ? undefined : placeOf(finding.location)
    const named = JSON.stringify([
      rule,
      finding.id,
      finding.subject === place ? '' : finding.subject,
      finding.location?.path ?? finding.vulnerability?.package.path ?? '',
    ])
    const hash = createHash('sha256').update(named).digest('hex').slice(0, 32)
    const occurrence = (this.#met.get(hash) ?? 0) + 1
    this.#met.set(hash, occurrence)
    return `${hash}:${occurrence}`
  }
}
