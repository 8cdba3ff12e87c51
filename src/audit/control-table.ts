import type { Control } from './control.ts'

/** The controls as a Markdown page, for docs/audit-controls.md: generated, so that it cannot differ from the controls themselves. */
export function controlTable(controls: readonly Control[]): string {
  const rows = controls.map((control) => [
    `\`${control.id}\``,
    control.title,
    control.severity,
    [
      ...(control.ofRun === undefined ? [] : ['verdict.json']),
      ...(control.ofDockerfile === undefined ? [] : ['Dockerfile']),
      ...(control.ofContainer === undefined ? [] : ['deployments']),
    ].join(', '),
    control.neverFails === undefined ? 'yes' : `no: ${control.neverFails}`,
    control.remedy,
  ])
  return [
    '# Controls of the audit',
    '',
    'Generated from `src/audit/controls/`: change a control there, then run `npx vitest run --project repo -u`.',
    '',
    `The audit has ${controls.length} controls. \`cis-N.M\` has the number of the CIS Docker Benchmark 1.6.0, in our own words; \`practice-...\` are known bad practices that it does not number.`,
    'If both a verdict.json and a Dockerfile are given and a control reads both, the verdict counts.',
    '',
    line(['Control', 'Wants', 'Severity', 'Reads', 'Can fail', 'What to do']),
    line(['---', '---', '---', '---', '---', '---']),
    ...rows.map(line),
    '',
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}
