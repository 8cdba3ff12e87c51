import { printable } from '../../model/printable.ts'
import type { Compliance } from './evaluate-framework.ts'

const words = { evidenced: 'evidenced', 'not-evidenced': '**not evidenced**', outside: 'outside the pipeline' } as const

/** The compliance document for people and auditors. */
export function renderComplianceMarkdown({ framework, subject, judgedAt, counts, rows, loadline }: Compliance): string {
  return [
    `# ${framework}`,
    '',
    `${cell(subject.name)}, run ${subject.outcome}, judged ${judgedAt} by Loadline ${loadline}${subject.images.length === 0 ? '' : `: ${subject.images.map((digest) => `\`${digest}\``).join(', ')}`}.`,
    '',
    `**${counts.evidenced} evidenced, ${counts['not-evidenced']} not evidenced, ${counts.outside} outside the pipeline.** This shows what one run contributes; it does not certify compliance.`,
    '',
    '| Requirement | What | State | Rests on | Artifacts |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ id, title, status, says, artifacts }) =>
        `| ${cell(id)} | ${cell(title)} | ${words[status]} | ${says.map(cell).join('<br>')} | ${artifacts.map(({ path, digest }) => `${cell(path)} \`${digest}\``).join('<br>') || 'none'} |`,
    ),
    '',
  ].join('\n')
}

function cell(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|`*_[\]#!]/g, '\\$&')
}
