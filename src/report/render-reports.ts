import type { Run } from '../model/index.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderSarif } from './sarif.ts'

/** Names of the reports that every run leaves, whatever its outcome. */
export const reportFiles = ['verdict.json', 'report.sarif', 'report.junit.xml', 'report.html', 'summary.md'] as const
export type ReportFile = (typeof reportFiles)[number]

/** Every report of a run, by file name. Pure: the same run gives the same bytes. Throws when the run is not a valid document. */
export function renderReports(run: Run): Record<ReportFile, string> {
  return {
    'verdict.json': renderJson(run),
    'report.sarif': renderSarif(run),
    'report.junit.xml': renderJunit(run),
    'report.html': renderHtml(run),
    'summary.md': renderMarkdown(run),
  }
}
