import { createColors } from 'picocolors'
import { defused, printable } from '../../model/printable.ts'
import { wrapped } from '../../model/wrap.ts'
import type { Audit, ControlResult, ControlStatus } from '../document.ts'
import { evidencePlace, sayCounts, sayEvidence, statusWords } from './words.ts'

/** Places named per control; the reports have all. */
const mostPlaces = 3

type Layout = { colors: ReturnType<typeof createColors>; width: number }

/**
 * The audit for a terminal: the outcome, each control that fails or deviates with its first places, the other controls
 * by their state, then the counts and the outcome once more.
 */
export function renderAuditTerminal(audit: Audit, options: { color: boolean; width: number }): string {
  const layout = { colors: createColors(options.color), width: Math.max(40, Math.min(options.width, 160)) }
  const speaking = audit.controls.filter(({ status }) => status === 'fail' || status === 'deviation')
  const listed = (status: ControlStatus, glyph: string) => {
    const ids = audit.controls.filter((control) => control.status === status).map(({ id }) => id)
    return ids.length === 0
      ? []
      : [wrapped(`${glyph} ${ids.length} ${statusWords[status]}: ${ids.join(', ')}`, layout.width - 2, 2, Infinity)]
  }
  const { counts, controls } = audit
  const first = `${lastWord(audit, layout.colors)}: ${counts.fail} of ${controls.length} controls fail`
  return defused(
    `\n${[
      ...(speaking.length === 0 ? [] : [first, '']),
      ...speaking.flatMap((control) => controlLines(control, layout)),
      ...(speaking.length === 0 ? [] : ['']),
      ...listed('manual', '?'),
      ...listed('inherited', '·'),
      ...listed('pass', '✓'),
      ...listed('not-applicable', '○'),
      ...listed('not-given', '○'),
      ...leftOut(audit),
      wrapped(
        `· ${audit.hostControls.length} controls of sections 1, 2, 3, 6 and 7 concern the host: no file shows them`,
        layout.width,
        2,
      ),
      ...audit.exceptions.map(({ rule, id, state }) => `! exception for ${rule} ${id}: ${state}`),
      wrapped(`${audit.benchmark}: ${sayCounts(audit)}`, layout.width, 0, Infinity),
      lastWord(audit, layout.colors),
    ].join('\n')}\n`,
  )
}

/** What is wrong at the first place, where else, and what to do. */
function controlLines({ id, status, title, remedy, evidence }: ControlResult, { colors, width }: Layout): string[] {
  const [paint, glyph] = status === 'fail' ? [colors.red, '✗'] : [colors.yellow, '!']
  const [first, ...others] = evidence.filter((entry) => entry.status === 'fail' || entry.status === 'deviation')
  const named = others.slice(0, mostPlaces - 1).map((entry) => evidencePlace(entry))
  const left = others.length - named.length
  const more = `and ${others.length} more: ${named.join(', ')}${left === 0 ? '' : ` and ${left} in audit.json`}`
  const said = first === undefined ? '' : `${evidencePlace(first)} ${sayEvidence(first)}`
  const inner = (text: string) => `  ${wrapped(text, width - 4, 2, Infinity)}`
  return [
    `${paint(`${glyph} ${id}`)}  ${wrapped(title, width - id.length - 4, 2, Infinity)}`,
    ...(said === '' ? [] : [inner(said)]),
    ...(others.length === 0 ? [] : [inner(more)]),
    inner(`→ ${remedy}`),
  ]
}

/** Files and objects named per list; the reports have all. */
const mostNamed = 5

/** What was not judged, so that nobody mistakes it for clean. */
function leftOut({ unread, unjudged, passedOver, ignored }: Audit): string[] {
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
