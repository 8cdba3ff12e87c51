const cis = (section: number, count: number) =>
  Array.from({ length: count }, (_, index) => `cis-${section}.${index + 1}` as `cis-${number}.${number}`)

/**
 * The IDs of every audit control: the CIS Docker Benchmark's with its own numbers (1.6.0, sections 4 and 5), and
 * practices that it does not number. They are here and not in the audit, because the exception register names them and
 * the policy does not depend on the audit. A test keeps the two lists equal.
 */
export const controlIds = [
  ...cis(4, 12),
  ...cis(5, 32),
  'practice-image-tag',
  'practice-large-image',
  'practice-run-per-line',
  'practice-hard-coded-configuration',
  'practice-root-user',
  'practice-environment-secret',
  'practice-bind-mount',
  'practice-database-port',
  'practice-sysctl',
  'practice-obsolete-version',
] as const
export type ControlId = (typeof controlIds)[number]

/** True for an audit control, false for a gate rule. */
export function isControlId(id: string): id is ControlId {
  return (controlIds as readonly string[]).includes(id)
}
