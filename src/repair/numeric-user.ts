import type { Policy } from '../policy/index.ts'
import type { Situation } from './repair.ts'

/** The ID of the user in distroless images, which owns nothing else; a higher one if the policy asks for that. */
export function unprivilegedId({ configuration }: Policy): number {
  return Math.max(65_532, configuration.minimumUid)
}

/** The number for a USER: the written one, or the one that the account of the judged image has, if the policy allows it. */
export function numericUser(written: string, { policy, image }: Pick<Situation, 'policy' | 'image'>): string {
  const isAllowed = (user: string) =>
    /^\d+(:\d+)?$/.test(user) && Number.parseInt(user, 10) >= policy.configuration.minimumUid
  const account = written === image.configuration?.user ? (image.runtime?.user ?? '') : ''
  const id = unprivilegedId(policy)
  return [written, account].find(isAllowed) ?? `${id}:${id}`
}
