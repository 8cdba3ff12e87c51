import { createHash } from 'node:crypto'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Digest } from '../model/index.ts'
import type { Policy } from './schema.ts'

/** SHA-256 over the canonical JSON (keys sorted, no spaces) of a resolved policy: the same however the policy is written. */
export function policyDigest(policy: Policy): Digest {
  return `sha256:${createHash('sha256').update(canonicalJson(policy)).digest('hex')}`
}
