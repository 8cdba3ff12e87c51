import type { Run } from '../model/index.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderOpenVex } from './openvex.ts'
import { reportedFindings } from './reported-findings.ts'
import type { ReportedFinding } from './reported-finding.ts'
import { renderSarif } from './sarif.ts'

/** Names of the reports that a run writes, whatever its outcome; the last one only if there is something to state. */
export const reportFiles = [
  'verdict.json',
  'report.sarif',
  'report.junit.xml',
  'report.html',
  'summary.md',
  'vex.openvex.json',
] as const
export type ReportFile = (typeof reportFiles)[number]

/** Reports by file name. */
export type Reports = Record<Exclude<ReportFile, 'vex.openvex.json'>, string> & { 'vex.openvex.json'?: string }

/** Every report of a run, by file name. Pure: the same run gives the same bytes. Throws if the run is not a valid document. */
export function renderReports(run: Run, findings: readonly ReportedFinding[] = reportedFindings(run)): Reports {
  const vex = renderOpenVex(run, findings)
  return {
    'verdict.json': renderJson(run),
    'report.sarif': renderSarif(run, findings),
    'report.junit.xml': renderJunit(run),
    'report.html': renderHtml(run, findings),
    'summary.md': renderMarkdown(run, findings),
    ...(vex === undefined ? {} : { 'vex.openvex.json': vex }),
  }
}
