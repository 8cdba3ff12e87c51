import Table from 'cli-table3'
import { createColors } from 'picocolors'
import { defused } from '../../model/printable.ts'
import type { Audit, ControlStatus } from '../document.ts'
import { placeOf, sayCounts, sayEvidence, statusWords } from './words.ts'

/** Failures of one control that are spelled out; the reports have all. */
const mostEvidence = 4

/** The audit for a terminal: a table of what fails and of deviations, the other controls by their state, then the counts and one last word. */
export function renderAuditTerminal(audit: Audit, { color, width }: { color: boolean; width: number }): string {
  const colors = createColors(color)
  const speaking = audit.controls.filter(({ status }) => status === 'fail' || status === 'deviation')
  const free = Math.max(60, Math.min(width, 160)) - 40
  const table = new Table({
    head: ['control', 'wanted', 'found', 'what to do'],
    colWidths: [16, 26 + Math.floor(free * 0.1), Math.floor(free * 0.55), Math.ceil(free * 0.35)],
    wordWrap: true,
    style: { head: color ? ['bold'] : [], border: color ? ['dim'] : [] },
  })
  for (const { id, status, title, remedy, evidence } of speaking) {
    const shown = evidence.filter((entry) => entry.status === 'fail' || entry.status === 'deviation')
    const lines = [
      ...shown.slice(0, mostEvidence).map((entry) => `${placeOf(entry)} ${sayEvidence(entry)}`),
      ...(shown.length > mostEvidence ? [`and ${shown.length - mostEvidence} more: see audit.json`] : []),
    ]
    table.push([
      (status === 'fail' ? colors.red : colors.yellow)(
        status === 'fail' ? `✗ ${id.replace('practice-', '')}` : `! ${id.replace('practice-', '')}`,
      ),
      title,
      lines.join('\n'),
      remedy,
    ])
  }
  const listed = (status: ControlStatus, glyph: string) => {
    const ids = audit.controls.filter((control) => control.status === status).map(({ id }) => id)
    return ids.length === 0 ? [] : [`${glyph} ${ids.length} ${statusWords[status]}: ${ids.join(', ')}`]
  }
  const word =
    audit.outcome === 'passed' ? colors.green(colors.bold('NOTHING FAILS')) : colors.red(colors.bold('FAILED'))
  return defused(
    `\n${[
      ...(speaking.length === 0 ? [] : [table.toString()]),
      ...listed('manual', '?'),
      ...listed('inherited', '·'),
      ...listed('pass', '✓'),
      ...listed('not-applicable', '○'),
      ...audit.exceptions.map(({ rule, id, state }) => `! exception for ${rule} ${id}: ${state}`),
      `${audit.benchmark}: ${sayCounts(audit)}`,
      word,
    ].join('\n')}\n`,
  )
}
