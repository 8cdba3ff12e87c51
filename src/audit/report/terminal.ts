import Table from 'cli-table3'
import { createColors } from 'picocolors'
import { defused, printable } from '../../model/printable.ts'
import type { Audit, ControlStatus } from '../document.ts'
import { evidencePlace, sayCounts, sayEvidence, statusWords } from './words.ts'

/** Failures shown per control; the reports have all. */
const mostEvidence = 4

/**
 * The audit for a terminal: a table of what fails and of deviations, the other controls by their state, then the counts
 * and one last word.
 */
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
      ...shown.slice(0, mostEvidence).map((entry) => `${evidencePlace(entry)} ${sayEvidence(entry)}`),
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
  return defused(
    `\n${[
      ...(speaking.length === 0 ? [] : [table.toString()]),
      ...listed('manual', '?'),
      ...listed('inherited', '·'),
      ...listed('pass', '✓'),
      ...listed('not-applicable', '○'),
      ...listed('not-given', '○'),
      ...leftOut(audit),
      ...audit.exceptions.map(({ rule, id, state }) => `! exception for ${rule} ${id}: ${state}`),
      `${audit.benchmark}: ${sayCounts(audit)}`,
      lastWord(audit, colors),
    ].join('\n')}\n`,
  )
}

/** Files and objects named per list; the reports have all. */
const mostNamed = 5

/** What was not judged, so that nobody mistakes it for clean. */
function leftOut({ unread, unjudged, passedOver, ignored, hostControls }: Audit): string[] {
  const named = (items: readonly string[]) => [
    ...items.slice(0, mostNamed).map((item) => `    ${printable(item, 200)}`),
    ...(items.length > mostNamed ? [`    and ${items.length - mostNamed} more: see audit.md`] : []),
  ]
  const list = (title: string, items: readonly string[]) => (items.length === 0 ? [] : [title, ...named(items)])
  const files = ignored.reduce((sum, entry) => sum + entry.files, 0)
  return [
    ...list(
      `✗ ${unread.length} could not be read, so what they deploy is unknown:`,
      unread.map(({ path, line, reason }) => `${path}:${line}: ${reason}`),
    ),
    ...list(
      `? ${unjudged.length} not judged:`,
      unjudged.map(({ path, line, about, reason }) => `${about} (${path}:${line}): ${reason}`),
    ),
    ...(passedOver.length === 0
      ? []
      : [`○ ${passedOver.length} files skipped, with reasons in audit.md and audit.json`]),
    ...list(
      files === 0 ? '' : `○ ${files} files left out by the policy:`,
      ignored.filter((entry) => entry.files > 0).map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...ignored
      .filter((entry) => entry.files === 0)
      .map(({ path }) => `! audit.ignore: ${printable(path)} does not exist`),
    `· ${hostControls.length} controls of sections 1, 2, 3, 6 and 7 concern the host: no file shows them`,
  ]
}

function lastWord(audit: Audit, colors: ReturnType<typeof createColors>): string {
  if (audit.outcome === 'failed') return colors.red(colors.bold('FAILED'))
  if (audit.unread.length > 0) return colors.red(colors.bold('NOT DECIDED: not everything could be read'))
  if (audit.outcome === 'undecided') return colors.red(colors.bold('NOT DECIDED: nothing was judged'))
  if (audit.judged.dockerfiles + audit.judged.containers === 0 && !audit.inputs.some(({ kind }) => kind === 'verdict'))
    return colors.yellow(colors.bold('NOTHING WAS JUDGED'))
  if (audit.unjudged.length > 0)
    return colors.yellow(colors.bold('NOT EVERYTHING WAS JUDGED; the rest has no failures'))
  return colors.green(colors.bold('NOTHING FAILS'))
}
