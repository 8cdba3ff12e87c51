import { policyName, type PolicyText } from '../../policy/file.ts'

/** The application's policy: the given one, otherwise the one in its source. One that is not used is not opened. */
export async function applicationPolicy(
  given: PolicyText | undefined,
  entries: readonly string[],
  open: () => Promise<string | undefined>,
): Promise<PolicyText | undefined> {
  if (given !== undefined || !entries.includes(policyName)) return given
  const text = await open()
  return text === undefined ? undefined : { path: policyName, text }
}
