import { createHash } from 'node:crypto'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Digest } from '../model/index.ts'
import type { Policy } from './schema.ts'

/** SHA-256 over the canonical JSON (keys sorted, no spaces) of a decided policy: the same for every way of writing the same policy. */
export function policyDigest(policy: Policy): Digest {
  return `sha256:${createHash('sha256').update(canonicalJson(policy)).digest('hex')}`
}
