import { z } from 'zod'
import { DeliveryError, type ErrorCode } from '../../model/errors.ts'
import { Digest } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const schemaVersion = z.literal(1)
const count = z.int().min(0)
const Counts = z.strictObject({ sent: count, present: count })

const Push = z.strictObject({
  schemaVersion,
  digest: Digest,
  mediaType: z.string(),
  manifests: Counts,
  blobs: Counts,
  sentBytes: count,
  retries: count,
})

/** What was sent and what already existed. `sentBytes` counts the blobs. */
export type Push = z.infer<typeof Push>

const MovedTag = z.strictObject({
  tag: z.string(),
  /** `unchanged`: nothing was written. `overtaken`: it was written, and somebody else wrote it afterwards. */
  state: z.enum(['unchanged', 'created', 'moved', 'overtaken']),
  /** What it pointed to before; absent if there was no such tag. */
  before: Digest.optional(),
  /** What it pointed to in the end. */
  now: Digest,
})

/** The result for a tag. */
export type MovedTag = z.infer<typeof MovedTag>

const Tagging = z
  .strictObject({ schemaVersion, digest: Digest, tags: z.array(MovedTag).min(1), retries: count })
  .refine(
    ({ digest, tags }) => tags.every(({ state, now }) => (now === digest) === (state !== 'overtaken')),
    'a tag that was not overtaken points to the digest, and no other does',
  )
export type Tagging = z.infer<typeof Tagging>

const Attached = z.strictObject({
  schemaVersion,
  digest: Digest,
  referrers: z.enum(['api', 'tag']),
  /** The digest of each bundle's manifest. */
  bundles: z.array(z.strictObject({ predicateType: z.string(), digest: Digest })).min(1),
  retries: count,
})

/** What was attached to an image. */
export type Attached = z.infer<typeof Attached>

const Pull = z.strictObject({
  schemaVersion,
  digest: Digest,
  mediaType: z.string(),
  manifests: z.array(Digest).min(1),
  blobs: count,
  bytes: count,
  retries: count,
})

/** What was fetched. */
export type Pull = z.infer<typeof Pull>

const Probe = z.strictObject({ schemaVersion, referrers: z.enum(['api', 'tag']) })

/**
 * How a registry stores what refers to an image: with the OCI 1.1 referrers API, or without it under a tag made from the digest.
 */
export type ReferrersBy = z.infer<typeof Probe>['referrers']

const Resolved = z.strictObject({
  schemaVersion,
  digest: Digest,
  mediaType: z.string(),
  index: z.boolean(),
  manifests: z.array(
    z.strictObject({
      digest: Digest,
      mediaType: z.string(),
      platform: z.strictObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
    }),
  ),
  retries: count,
})

/** What a reference points to. `manifests` are the entries of an index, or the one image itself, without a platform. */
export type Resolved = z.infer<typeof Resolved>

const Configured = z.strictObject({
  schemaVersion,
  digest: Digest,
  config: z.looseObject({ created: z.string().optional() }),
  retries: count,
})

/** The configuration of an image, as far as it is read here. */
export type Configured = z.infer<typeof Configured>

/** Every way in which a registry can fail, by what it means for the caller. */
export const faultCodes = [
  'unauthorized',
  'denied',
  'not-found',
  'conflict',
  'refused',
  'too-many',
  'unavailable',
  'reset',
  'timeout',
  'lying',
  'exists-other',
  'bad-reference',
  'layout',
] as const

const Fault = z.strictObject({
  code: z.enum(faultCodes),
  /** HTTP status, if there was an answer. */
  status: z.int().optional(),
  host: z.string().optional(),
  repository: z.string().optional(),
  /** The scope that the credentials lack. */
  scope: z.string().optional(),
  /** Seconds that the registry asked to wait. */
  retryAfter: count.optional(),
  attempts: count,
  tag: z.string().optional(),
  wanted: z.string().optional(),
  found: z.string().optional(),
  message: z.string(),
})

/** Why the program failed. It contains no credential. */
export type Fault = z.infer<typeof Fault>

/** A fault in one line: who reported it, and what. */
export function describeRegistryFault({ host, message }: Fault): string {
  return host === undefined ? message : `${host}: ${message}`
}

const Failed = z.strictObject({ schemaVersion, error: Fault })

/** How the program's process ended. */
export interface Ended {
  exitCode: number
  stdout: string
  stderr: string
}

/** What the program did, or the fault that prevented it. */
export type Answer<T> = { done: T; fault?: undefined } | { done?: undefined; fault: Fault }

/**
 * Reads the output of `push`. Throws `PUBLISH`, like the four readers below, if that is not what the pinned version prints:
 * then it is unknown what happened.
 */
export function readPush(ended: Ended): Answer<Push> {
  return readAnswer(ended, Push, 'PUBLISH')
}

/** Reads the output of `attach`. */
export function readAttached(ended: Ended): Answer<Attached> {
  return readAnswer(ended, Attached, 'PUBLISH')
}

/** Reads the output of `pull`. */
export function readPull(ended: Ended): Answer<Pull> {
  return readAnswer(ended, Pull, 'PUBLISH')
}

/** Reads the output of `tag`. */
export function readTagging(ended: Ended): Answer<Tagging> {
  return readAnswer(ended, Tagging, 'PUBLISH')
}

/** Reads the output of `referrers probe`. */
export function readProbe(ended: Ended): Answer<ReferrersBy> {
  const { done, fault } = readAnswer(ended, Probe, 'PUBLISH')
  return fault === undefined ? { done: done.referrers } : { fault }
}

/** Reads the output of `resolve`. Throws `VERIFY` if that is not what the pinned version prints. */
export function readResolved(ended: Ended): Answer<Resolved> {
  return readAnswer(ended, Resolved, 'VERIFY')
}

/** Reads the output of `config`. Throws `VERIFY` if that is not what the pinned version prints. */
export function readConfigured(ended: Ended): Answer<Configured> {
  return readAnswer(ended, Configured, 'VERIFY')
}

function readAnswer<T extends z.ZodType>(
  { exitCode, stdout, stderr }: Ended,
  schema: T,
  code: ErrorCode,
): Answer<z.infer<T>> {
  switch (exitCode) {
    case 0:
      return { done: readJson('registry', stdout, schema, code) }
    case 1:
      return { fault: readJson('registry', stdout, Failed, code).error }
    default:
      throw new DeliveryError(
        code,
        `registry exited with code ${exitCode}: ${stderr.split('\n')[0]?.slice(0, 300) ?? ''}`,
        'Report this as a bug in Loadline, with the version of the lock file.',
      )
  }
}
