import { z } from 'zod'
import { Digest } from './digest.ts'
import { Platform } from './platform.ts'
import { AttestationKind } from './statement.ts'
import { Binding } from './verdict.ts'

/** One thing that a consumer checked about one digest. */
export const VerificationCheck = z.strictObject({
  digest: Digest,
  /** Of the image; absent for an index. */
  platform: Platform.optional(),
  what: z.union([z.literal('signature'), AttestationKind]),
  /** `other`: something exists, but not what was expected. */
  status: z.enum(['holds', 'missing', 'refused', 'other']),
  wanted: z.string(),
  found: z.string(),
  remedy: z.string(),
})
export type VerificationCheck = z.infer<typeof VerificationCheck>

/** What the attested verdict says. */
export const AttestedVerdict = z.strictObject({
  verifier: z.string(),
  at: z.iso.datetime(),
  policy: Digest,
  resource: z.string(),
  levels: z.array(z.string()),
  databases: Binding.shape.databases,
  images: Binding.shape.images,
  rules: z.int().min(0),
})
export type AttestedVerdict = z.infer<typeof AttestedVerdict>

/** What the attested provenance says. */
export const AttestedOrigin = z.strictObject({
  builder: z.string(),
  buildType: z.string(),
  repository: z.string().optional(),
  revision: z.string().optional(),
  dirty: z.boolean().optional(),
  startedOn: z.string().optional(),
})
export type AttestedOrigin = z.infer<typeof AttestedOrigin>

/** The result of `loadline verify` for an image in a registry. */
export const Verification = z.strictObject({
  schemaVersion: z.literal('loadline.verification/v1'),
  outcome: z.enum(['verified', 'refused']),
  /** As requested. */
  reference: z.string(),
  repository: z.string(),
  /** What the reference was resolved to, once; everything was checked against it. */
  digest: Digest,
  verifiedAt: z.iso.datetime(),
  /** The signer that the consumer expects. */
  signer: z.string(),
  checks: z.array(VerificationCheck).min(1),
  verdict: AttestedVerdict.optional(),
  origin: AttestedOrigin.optional(),
})
export type Verification = z.infer<typeof Verification>
