import { createColors } from 'picocolors'
import type { Reverdict, VulnerabilityChange } from '../model/index.ts'
import { age, counted } from '../model/measures.ts'
import { printable } from '../model/printable.ts'

/** The most changes listed on a terminal; the document has all. */
const mostChanges = 30

/** A re-verdict for a terminal: what changed since the attested verdict, what says no today, what could not be judged, and the result. */
export function renderReverdict(reverdict: Reverdict, options: { color: boolean }): string {
  const colors = createColors(options.color)
  const { attested, outcome } = reverdict
  const speaking = [...reverdict.judged, ...reverdict.takenOver].filter(
    ({ status }) => status === 'failed' || status === 'undecided',
  )
  const sections = [
    [
      `image     ${reverdict.reference} ${reverdict.digest}`,
      `attested  ${attested.at}, ${age(attested.at, reverdict.judgedAt)}; ${attested.databases.map(({ name, updatedAt }) => `${name} of ${updatedAt}`).join(', ') || 'no database'}`,
      `today     ${reverdict.judgedAt}; ${reverdict.databases.map(({ name, updatedAt }) => `${name} of ${updatedAt}`).join(', ') || 'no database'}`,
      `policy    ${reverdict.policy}${reverdict.policy === attested.policy ? '' : `; the attested verdict was under ${attested.policy}, which judged the results carried over`}`,
    ],
    changes('New since the verdict', reverdict.appeared),
    changes('Gone since the verdict', reverdict.disappeared),
    reverdict.changedRules.map(({ rule, before, now }) => `${rule}: ${before} -> ${now}`),
    [
      ...new Set(
        reverdict.judged
          .filter(({ status }) => status === 'undecided')
          .flatMap(({ violations }) =>
            violations.map(({ found, remedy }) => `could not be decided: ${found}; ${remedy}`),
          ),
      ),
    ],
    speaking.map(
      ({ status, title, wanted, found, remedy }) =>
        `${status === 'failed' ? colors.red('✗') : colors.yellow('?')} ${printable(title)}: expected ${printable(wanted)}; found ${printable(found)}; ${printable(remedy)}`,
    ),
    [
      `${counted(reverdict.judged.length, 'rule')} judged today from the SBOM; ${counted(reverdict.takenOver.length, 'rule')} carried over from the attested verdict, because an SBOM cannot decide them: ${reverdict.takenOver.map(({ rule }) => rule).join(', ')}`,
    ],
    reverdict.renewed === undefined
      ? []
      : [
          `the new verdict is attested and verified, with ${counted(reverdict.renewed.length, 'attestation')}: its age counts from ${reverdict.judgedAt}`,
        ],
    [
      (outcome === 'passed' ? colors.green : outcome === 'rejected' ? colors.red : colors.yellow)(
        colors.bold(outcome.toUpperCase()),
      ),
    ],
  ]
  return `\n${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => (line.includes('\u001b') ? line : printable(line))).join('\n'))
    .join('\n\n')}\n`
}

function changes(title: string, list: readonly VulnerabilityChange[]): string[] {
  if (list.length === 0) return []
  const lines = list
    .slice(0, mostChanges)
    .map(
      ({ platform, id, severity, package: name, version, fixedVersion }) =>
        `  ${severity.padEnd(8)} ${id} in ${name} ${version} on ${platform}${fixedVersion === undefined ? '' : `, fixed in ${fixedVersion}`}`,
    )
  return [
    `${title}: ${counted(list.length, 'vulnerability', 'vulnerabilities')}`,
    ...lines,
    ...(list.length > mostChanges ? [`  and ${list.length - mostChanges} more`] : []),
  ]
}
