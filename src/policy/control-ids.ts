const cis = (section: number, count: number) =>
  Array.from({ length: count }, (_, index) => `cis-${section}.${index + 1}` as `cis-${number}.${number}`)

/**
 * The ids of every control of the audit: the CIS Docker Benchmark's by its own numbers (1.6.0, sections 4 and 5), and practices that it does not number.
 * They stand here and not in the audit, because the exception register names them and the policy knows nothing of the audit. A test holds the two lists together.
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

/** True for a control of the audit, false for a rule of the gate. */
export function isControlId(id: string): id is ControlId {
  return (controlIds as readonly string[]).includes(id)
}
