import { exceptionText } from '../../model/exception-text.ts'
import { printable } from '../../model/printable.ts'
import type { Audit, ControlEvidence, ControlStatus } from '../document.ts'

/** Every status with its label, in the order of the reports. */
export const statusWords: Readonly<Record<ControlStatus, string>> = {
  fail: 'fail',
  deviation: 'deviation',
  manual: 'manual',
  inherited: 'inherited',
  pass: 'pass',
  'not-applicable': 'not applicable',
  'not-given': 'nothing given',
}

/** `file:line` of a finding; for a run's evidence, the item itself. */
export function evidencePlace({ path, line, about }: ControlEvidence): string {
  return printable(path === undefined ? about : `${path}${line === undefined ? '' : `:${line}`}`)
}

/** What was found, where, and why it is allowed. */
export function sayEvidence(evidence: ControlEvidence): string {
  const of =
    evidence.about === '' || evidence.about === evidence.path || evidence.path === undefined
      ? ''
      : `${evidence.about}: `
  const allowed =
    evidence.exception === undefined
      ? ''
      : `; allowed ${exceptionText(evidence.exception).until}: ${exceptionText(evidence.exception).line}`
  return printable(`${of}${evidence.found}${allowed}`)
}

/** The counts in one line, every status named, so that nobody mistakes a manual control for a pass. */
export function sayCounts({ counts }: Audit): string {
  return Object.entries(statusWords)
    .map(([status, words]) => `${counts[status as ControlStatus] ?? 0} ${words}`)
    .join(', ')
}
