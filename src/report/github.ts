import type { Run } from '../model/index.ts'
import { headline } from '../model/headline.ts'
import { counted, wholeNumber } from '../model/measures.ts'
import { reportedFindings } from './reported-findings.ts'
import { foundLine, severityLine, tally, type ReportedFinding } from './reported-finding.ts'
import { printable } from '../model/printable.ts'
import { repositorySegments, sourceLocation } from './source-location.ts'

/**
 * Workflow commands that GitHub Actions turns into annotations
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). GitHub shows ten of each level per
 * step: the ten most severe errors and warnings are printed, and one notice counts them all.
 */
export function renderGithub(run: Run, findings: readonly ReportedFinding[] = reportedFindings(run)): string {
  const { outcome, word, sentence, next } = headline(run)
  const denying = findings.filter(({ state }) => state === 'denied' || state === 'undecided')
  const warning = findings.filter(({ state }) => state === 'warned')
  const known = tally(findings).states.known
  const broken = outcome === 'broken' ? [command('error', placeOfFailure(run), `Loadline: ${sentence} ${next}`)] : []
  const errors = [
    ...broken,
    ...denying.slice(0, mostAnnotations - broken.length).map((finding) => annotation(run, 'error', finding)),
  ]
  const warnings = warning.slice(0, mostAnnotations).map((finding) => annotation(run, 'warning', finding))
  const cut = [...denying.slice(mostAnnotations - broken.length), ...warning.slice(mostAnnotations)]
  const rest =
    cut.length === 0
      ? ''
      : ` ${counted(cut.length, 'more finding')} ${cut.length === 1 ? 'is' : 'are'} only in the reports (${severityLine(tally(cut))}).`
  const summary = command(
    'notice',
    { title: `Loadline: ${word}` },
    `${sentence} ${wholeNumber(denying.length)} deny, ${wholeNumber(warning.length)} warn${known === 0 ? '' : `, ${wholeNumber(known)} known since an earlier verdict`}.${rest}`,
  )
  const skipped =
    outcome === 'passed' && run.release === undefined && run.notPublished !== undefined
      ? [command('notice', { title: 'Loadline: not published' }, next)]
      : []
  return `${[...errors, ...warnings, summary, ...skipped].join('\n')}\n`
}

const mostAnnotations = 10

/** A failed step is shown at its line. */
function placeOfFailure(run: Run): { file?: string; line?: number } {
  const { step } = run.failure ?? {}
  if (step?.line === undefined) return {}
  return { file: repositorySegments(run, step.path).join('/'), line: step.line }
}

function annotation(run: Run, level: 'error' | 'warning', finding: ReportedFinding): string {
  const place = sourceLocation(run, finding)
  const inImage = finding.location?.within === 'image' ? ` in ${finding.location.path}` : ''
  return command(
    level,
    {
      file: repositorySegments(run, place.path).join('/'),
      ...(place.line === undefined ? {} : { line: place.line }),
      ...(place.column === undefined ? {} : { col: place.column }),
      title: `${finding.id} (${finding.severity})`,
    },
    `${foundLine(finding)}${inImage}; expected ${finding.wanted}. ${finding.remedy}`,
  )
}

function command(
  level: 'error' | 'warning' | 'notice',
  properties: { file?: string; line?: number; col?: number; title?: string },
  message: string,
): string {
  const listed = Object.entries(properties).map(
    ([name, value]) => `${name}=${encodeProperty(printable(String(value)))}`,
  )
  return `::${level}${listed.length === 0 ? '' : ` ${listed.join(',')}`}::${encodeData(printable(message, 2000))}`
}

/** The runner decodes exactly these in the text of a command. */
function encodeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** And in its properties these too. */
function encodeProperty(text: string): string {
  return encodeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
