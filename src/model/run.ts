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

/** Why a run did not reach a verdict, or why a passed one could not be released. */
export const Failure = z.strictObject({
  stage: Stage,
  code: ErrorCode,
  message: z.string(),
  hint: z.string(),
  /** Where a build failed, with its output. */
  step: FailedStep.optional(),
})
export type Failure = z.infer<typeof Failure>

/** An image that was not built here, and where it came from. */
export const GivenImage = z.strictObject({
  form: z.enum(['registry', 'archive', 'layout']),
  /** The reference, or the name of the file or directory, as given. */
  name: z.string(),
})
export type GivenImage = z.infer<typeof GivenImage>

/** What was judged. */
export const Subject = z.strictObject({
  /** Name of the application: the policy's `image.name`, or the source directory's name. */
  name: z.string(),
  /**
   * Source directory relative to its repository's root, where known: code-scanning services resolve paths from there.
   * Absent means the root itself.
   */
  directory: z.string().optional(),
  /** Set if the image already existed: then a Dockerfile was linted but nothing was built from it. */
  image: GivenImage.optional(),
  /** Absent if an image was given without one. */
  dockerfile: z.string().optional(),
  /** Digest of the Dockerfile's bytes; absent when it could not be read. */
  dockerfileDigest: Digest.optional(),
  target: z.string().optional(),
  /** The commit that the source was at; absent if it is not in a repository. */
  revision: SourceRevision.optional(),
})
export type Subject = z.infer<typeof Subject>

/**
 * Where a registry keeps a signature: by the referrers API of OCI 1.1, under the fallback tag of a registry without it,
 * or under the tag of the older format.
 */
export const StoredSignature = z.strictObject({
  format: z.enum(['bundle', 'legacy']),
  where: z.enum(['referrers-api', 'referrers-tag', 'signature-tag']),
  reference: z.string(),
})
export type StoredSignature = z.infer<typeof StoredSignature>

/** Who signed a release, who can see that, and how the signature is stored. */
export const Signature = z.strictObject({
  signer: z.enum(['key', 'kms', 'keyless']),
  /** The digest of the public key, PEM. */
  publicKeyDigest: Digest.optional(),
  /** What the certificate of a keyless signature names. */
  certificate: z.strictObject({ identity: z.string(), issuer: z.string() }).optional(),
  /** Who learns of the signature: nobody, readers of a private log, or everybody. */
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
  /** The digest of the signed bytes. */
  statement: Digest,
})
export type ReleasedAttestation = z.infer<typeof ReleasedAttestation>

/** The image in a registry, after a passed verdict. */
export const Release = z.strictObject({
  /** Repository and the first of the tags. */
  reference: z.string(),
  /** Every tag that now points to the digest. */
  tags: z.array(z.string()).min(1),
  digest: Digest,
  /** Tags that this run wrote and another release has moved since: they now point to that release's digest. */
  overtaken: z
    .array(z.strictObject({ tag: z.string(), digest: Digest }))
    .min(1)
    .optional(),
  /** Why the tag `latest` was not moved, although this may be the newest stable version. */
  latestWithheld: z.string().optional(),
  signature: Signature.optional(),
  /** Why there is no signature although one was requested: a signing service was unavailable, and the policy then releases unsigned. */
  unsigned: z.string().optional(),
  attestations: z.array(ReleasedAttestation).optional(),
  /** Commands to verify the signature. */
  verifyCommand: z.string().optional(),
  /** Commands to verify everything, in the report directory. */
  verifyCommands: z.array(z.string()).optional(),
})
export type Release = z.infer<typeof Release>

/** One of the files that make up a policy. */
export const PolicyLayer = z.strictObject({
  role: z.enum(['shipped', 'organisation', 'application']),
  /** Name of the shipped policy, or the path of the file as given. */
  name: z.string(),
  /** The digest of the resolved policy for a shipped one, of the bytes for a file. */
  digest: Digest,
})
export type PolicyLayer = z.infer<typeof PolicyLayer>

/** The policy that judged. */
export const AppliedPolicy = z.strictObject({
  /**
   * `file`: the application's; `organisation`: only the organisation's; `default` means that no policy file was found:
   * the default policy applied.
   */
  origin: z.enum(['file', 'organisation', 'default']),
  path: z.string().optional(),
  digest: Digest,
  /** Its layers: each says what differs from the one before it. */
  layers: z.array(PolicyLayer).optional(),
})
export type AppliedPolicy = z.infer<typeof AppliedPolicy>

/**
 * The one report document. `verdict.json` is exactly this; every other report is a rendering of it. `broken` means that
 * a stage failed before a verdict could be reached, or that a passed image could not be released: `failure` says which
 * and why.
 */
export const Run = z.strictObject({
  schemaVersion: z.literal('loadline.run/v1'),
  outcome: z.enum(['passed', 'rejected', 'undecided', 'broken']),
  loadline: z.string(),
  /** UTC, ISO 8601. */
  startedAt: z.iso.datetime(),
  /**
   * Where tools and bases come from: their publishers, or substitutes made on this machine. `unknown` if the run broke
   * before an engine was found.
   */
  mode: z.enum(['connected', 'sealed', 'unknown']),
  subject: Subject,
  policy: AppliedPolicy.optional(),
  /** Ignore files of other tools in the source: those that the policy names were honoured, the others not read. */
  suppressions: z.array(SuppressionFile).optional(),
  evidence: Evidence.optional(),
  verdict: Verdict.optional(),
  release: Release.optional(),
  /** Why requested publishing did not happen, or was not attempted. */
  notPublished: z.string().optional(),
  failure: Failure.optional(),
})
export type Run = z.infer<typeof Run>
