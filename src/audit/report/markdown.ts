import { printable } from '../../model/printable.ts'
import type { Audit, ControlResult } from '../document.ts'
import { evidencePlace, sayCounts, sayEvidence, statusWords } from './words.ts'

/** Items of evidence shown per control; audit.json has all. */
const mostEvidence = 5

/** `audit.md`: the counts, what fails and why, and every control with its state. */
export function renderAuditMarkdown(audit: Audit): string {
  const failing = audit.controls.filter(({ status }) => status === 'fail')
  const unused = audit.exceptions.map(
    ({ rule, id, state, expires }) => `- \`${rule}\` for ${cell(id)}: ${state} (until ${expires})`,
  )
  return [
    `# Audit: ${audit.outcome}`,
    '',
    `${audit.benchmark}, and practices that it does not number. ${audit.auditedAt}, Loadline ${audit.loadline}.`,
    '',
    `**${sayCounts(audit)}.** Manual controls are for people to judge; nothing here says that they hold.`,
    '',
    ...(failing.length === 0 ? [] : ['## What fails', '', ...failing.flatMap(section)]),
    '## Every control',
    '',
    row(['Control', 'Wants', 'State', 'Evidence']),
    row(['---', '---', '---', '---']),
    ...audit.controls.map((control) =>
      row([`\`${control.id}\``, control.title, statusWords[control.status], evidenceCell(control)]),
    ),
    '',
    ...(unused.length === 0 ? [] : ['## Exceptions that allowed nothing', '', ...unused, '']),
    '## What was audited',
    '',
    `${audit.judged.dockerfiles} Dockerfiles and ${audit.judged.containers} containers were judged.`,
    '',
    ...audit.inputs.map(({ path, kind, digest }) => `- ${cell(path)} (${kind}, \`${digest}\`)`),
    ...listed(
      'Could not be read, so not known to be clean',
      audit.unread.map(({ path, line, reason }) => `${path}:${line}: ${reason}`),
    ),
    ...listed(
      'Not judged',
      audit.unjudged.map(({ path, line, about, reason }) => `${path}:${line} ${about}: ${reason}`),
    ),
    ...listed(
      'Left out by the policy',
      audit.ignored.map(
        ({ path, reason, files }) => `${path} (${files === 1 ? '1 file' : `${files} files`}): ${reason}`,
      ),
    ),
    ...listed(
      'Skipped',
      audit.passedOver.map(({ path, reason }) => `${path}: ${reason}`),
    ),
    '',
    "## The host's controls",
    '',
    'Sections 1, 2, 3, 6 and 7 of the benchmark are about the host, its daemon and its Swarm. No audited file shows them: check each host.',
    '',
    ...audit.hostControls.map(({ id, title }) => `- \`${id}\` ${title}`),
    '',
  ].join('\n')
}

function listed(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['', `### ${title}`, '', ...items.map((item) => `- ${cell(printable(item, 400))}`)]
}

function section({ id, title, severity, remedy, evidence }: ControlResult): string[] {
  const failures = evidence.filter(({ status }) => status === 'fail')
  return [
    `### ${id}: ${title} (${severity})`,
    '',
    ...failures.map((entry) => `- ${cell(evidencePlace(entry))}: ${cell(sayEvidence(entry))}`),
    '',
    cell(remedy),
    '',
  ]
}

function evidenceCell({ evidence }: ControlResult): string {
  const shown = evidence.slice(0, mostEvidence).map((entry) => `${evidencePlace(entry)} ${sayEvidence(entry)}`.trim())
  return [...shown, ...(evidence.length > mostEvidence ? [`and ${evidence.length - mostEvidence} more`] : [])]
    .map(cell)
    .join('<br>')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Untrusted text, escaped: it cannot produce a table, link, image or other markup. */
function cell(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|`*_[\]#!]/g, '\\$&')
}
