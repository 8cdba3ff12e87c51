import { severities } from '../model/index.ts'
import type { Rule } from './rule.ts'

/** The rules as a Markdown page, for docs/rules.md: generated, so that it cannot differ from the rules themselves. */
export function ruleTable(rules: readonly Rule[]): string {
  const rows = rules.map(({ id, title, needs, severities: worst, source, remedy, means }) => [
    `<a id="${id}"></a>\`${id}\``,
    title,
    worst.length === severities.length ? 'as found' : worst.join(' or '),
    needs.map((kind) => `\`${kind}\``).join(', ') || 'the run itself',
    means === 'undecided' ? 'undecided' : 'rejected',
    source,
    remedy,
  ])
  return [
    '# Rules of the gate',
    '',
    'Generated from `src/gate/rules/`: change a rule there, then run `npx vitest run --project repo -u`.',
    '',
    `The gate has ${rules.length} rules. Each rejects unless the policy says otherwise, with a reason: \`rules: { <id>: { level: warn, reason: ... } }\`.`,
    'A rule whose evidence is missing is undecided, which also blocks the release. The rule `evidence` cannot be disabled.',
    '',
    line(['Rule', 'Wants', 'Severity', 'Needs', 'A violation means', 'Source', 'What to do']),
    line(['---', '---', '---', '---', '---', '---', '---']),
    ...rows.map(line),
    '',
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}
