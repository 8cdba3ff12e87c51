import type { Framework, Proof } from './framework.ts'

/**
 * The requirements of every framework as a Markdown page, for docs/compliance-requirements.md: generated, so that it
 * cannot promise more than the code checks.
 */
export function complianceTable(frameworks: Readonly<Record<string, Framework>>): string {
  return [
    '# What each framework requires of a run',
    '',
    'Generated from `src/audit/compliance/`: change a requirement there, then run `npx vitest run --project repo -u`.',
    '',
    ...Object.values(frameworks).flatMap(({ name, requirements }) => [
      `## ${name}`,
      '',
      '| Requirement | In our words | Evidence |',
      '| --- | --- | --- |',
      ...requirements.map(
        ({ id, title, proof }) =>
          `| ${id} | ${title} | ${'outside' in proof ? `outside the pipeline: ${proof.outside}` : sayProof(proof)} |`,
      ),
      '',
    ]),
  ].join('\n')
}

function sayProof({ rules = [], files = [], release = [] }: Proof): string {
  return [
    ...rules.map((rule) => `rule \`${rule}\``),
    ...files.map((file) => `\`${file}\``),
    ...release.map((part) => (part === 'signature' ? 'a verified signature' : 'attestations')),
  ].join(', ')
}
