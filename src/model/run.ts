import { z } from 'zod'
import { ErrorCode } from './errors.ts'
import { FailedStep } from './failed-step.ts'
import { Digest } from './digest.ts'
import { Evidence } from './evidence.ts'
import { SourceRevision } from './git-facts.ts'
import { SuppressionFile } from './suppression.ts'
import { Verdict } from './verdict.ts'

/** The stages of the flow, in order. */
export const stages = ['source', 'lint', 'build', 'evidence', 'gate', 'publish', 'sign', 'attest', 'report'] as const
export const Stage = z.enum(stages)
export type Stage = z.infer<typeof Stage>

/** Why a run did not come to a verdict, or why a passed one could not be released. */
export const Failure = z.strictObject({
  stage: Stage,
  code: ErrorCode,
  message: z.string(),
  hint: z.string(),
  /** Where a build ended, with what it printed. */
  step: FailedStep.optional(),
})
export type Failure = z.infer<typeof Failure>

/** An image that was not built here: where it was taken from. */
export const GivenImage = z.strictObject({
  form: z.enum(['registry', 'archive', 'layout']),
  /** The reference, or the name of the file or directory as it was given. */
  name: z.string(),
})
export type GivenImage = z.infer<typeof GivenImage>

/** What was judged. */
export const Subject = z.strictObject({
  /** Name of the application: the policy's `image.name`, or the source directory's name. */
  name: z.string(),
  /** Source directory relative to its repository's root, where known: code-scanning services count paths from there. Absent means the root itself. */
  directory: z.string().optional(),
  /** Set where the image existed before: then a Dockerfile was linted beside it and built nothing. */
  image: GivenImage.optional(),
  /** Absent where an image was given without one. */
  dockerfile: z.string().optional(),
  /** Digest of the Dockerfile's bytes; absent when it could not be read. */
  dockerfileDigest: Digest.optional(),
  target: z.string().optional(),
  /** The commit that the source was at; absent where the source is in no repository. */
  revision: SourceRevision.optional(),
})
export type Subject = z.infer<typeof Subject>

/** Where a registry keeps a signature: by the referrers API of OCI 1.1, under the fallback tag of a registry without it, or under the tag of the older format. */
export const StoredSignature = z.strictObject({
  format: z.enum(['bundle', 'legacy']),
  where: z.enum(['referrers-api', 'referrers-tag', 'signature-tag']),
  reference: z.string(),
})
export type StoredSignature = z.infer<typeof StoredSignature>

/** Who signed a release, who can read that, and how it is stored. */
export const Signature = z.strictObject({
  signer: z.enum(['key', 'kms', 'keyless']),
  /** Of the public key, PEM. */
  publicKeyDigest: Digest.optional(),
  /** What the certificate of a keyless signature names. */
  certificate: z.strictObject({ identity: z.string(), issuer: z.string() }).optional(),
  /** Who learns of the signature: nobody, whoever reads a log of one's own, or everybody. */
  transparencyLog: z.enum(['none', 'private', 'public']),
  stored: z.array(StoredSignature).min(1),
  verified: z.boolean(),
})
export type Signature = z.infer<typeof Signature>
/** An attestation of a release that a consumer has verified. */
export const ReleasedAttestation = z.strictObject({
  /** The image or index that it is about. */
  subject: Digest,
  predicateType: z.string(),
  /** Of the bytes that were signed. */
  statement: Digest,
})
export type ReleasedAttestation = z.infer<typeof ReleasedAttestation>

/** The image in a registry, after a passed verdict. */
export const Release = z.strictObject({
  /** Repository and the first of the tags. */
  reference: z.string(),
  /** Every tag that was made to point at the digest. */
  tags: z.array(z.string()).min(1),
  digest: Digest,
  /** Tags that this run wrote and another release moved on meanwhile: they point at that one's digest now. */
  overtaken: z
    .array(z.strictObject({ tag: z.string(), digest: Digest }))
    .min(1)
    .optional(),
  /** Why the tag `latest` was left where it is, although this may be the newest stable version. */
  latestWithheld: z.string().optional(),
  signature: Signature.optional(),
  /** Why there is no signature although one was asked for: a signing service was away, and the policy releases unsigned then. */
  unsigned: z.string().optional(),
  attestations: z.array(ReleasedAttestation).optional(),
  /** How anybody can check the signature. */
  verifyCommand: z.string().optional(),
  /** How anybody can check everything, in the directory of the reports. */
  verifyCommands: z.array(z.string()).optional(),
})
export type Release = z.infer<typeof Release>

/** One of the files that a policy is made of. */
export const PolicyLayer = z.strictObject({
  role: z.enum(['shipped', 'organisation', 'application']),
  /** Name of the shipped policy, or the path of the file as it was given. */
  name: z.string(),
  /** Of the decided policy for a shipped one, of the bytes for a file. */
  digest: Digest,
})
export type PolicyLayer = z.infer<typeof PolicyLayer>

/** The policy that judged. */
export const AppliedPolicy = z.strictObject({
  /** `file`: the application's; `organisation`: only the organisation's; `default` means that no policy file was found: the default policy applied. */
  origin: z.enum(['file', 'organisation', 'default']),
  path: z.string().optional(),
  digest: Digest,
  /** What it was made of: each layer says what differs from the one before it. */
  layers: z.array(PolicyLayer).optional(),
})
export type AppliedPolicy = z.infer<typeof AppliedPolicy>

/**
 * The one report document. `verdict.json` is exactly this; every other report is a rendering of it.
 * `broken` means that a stage failed before a verdict could be reached, or that a passed verdict could not be released: `failure` says which and why.
 */
export const Run = z.strictObject({
  schemaVersion: z.literal('loadline.run/v1'),
  outcome: z.enum(['passed', 'rejected', 'undecided', 'broken']),
  loadline: z.string(),
  /** UTC, ISO 8601. */
  startedAt: z.iso.datetime(),
  /** Where tools and bases come from: their publishers, or stand-ins made on this machine. `unknown` where the run broke off before an engine was found. */
  mode: z.enum(['connected', 'sealed', 'unknown']),
  subject: Subject,
  policy: AppliedPolicy.optional(),
  /** Ignore files of other tools in the source: those that the policy names were honoured, the others were not read. */
  suppressions: z.array(SuppressionFile).optional(),
  evidence: Evidence.optional(),
  verdict: Verdict.optional(),
  release: Release.optional(),
  /** Said when publishing was asked for and did not happen, or why it was not tried. */
  notPublished: z.string().optional(),
  failure: Failure.optional(),
})
export type Run = z.infer<typeof Run>
