import type { Policy } from '../policy/index.ts'

/** The ID of the user in distroless images, which owns nothing else; a higher one if the policy asks for that. */
export function unprivilegedId({ configuration }: Policy): number {
  return Math.max(65_532, configuration.minimumUid)
}

/** The number for a USER: the written one, if the policy allows it. */
export function numericUser(written: string, policy: Policy): string {
  const isHigh = /^\d+(:\d+)?$/.test(written) && Number.parseInt(written, 10) >= policy.configuration.minimumUid
  const id = unprivilegedId(policy)
  return isHigh ? written : `${id}:${id}`
}
