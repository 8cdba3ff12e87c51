import { z } from 'zod'
import { Digest } from './digest.ts'
import { Platform } from './platform.ts'

/** How far a digest is known to be the publisher's: by asking, or by what many or few others wrote down. */
export const Confidence = z.enum(['confirmed', 'likely', 'doubtful'])
export type Confidence = z.infer<typeof Confidence>

/** An image pinned by digest. */
export const PinnedTool = z.strictObject({
  /** What to pull: repository and digest, e.g. `registry.example/tool@sha256:...`. */
  reference: z.string(),
  digest: Digest,
  version: z.string(),
  /** Absent for what this machine has made itself. */
  confidence: Confidence.optional(),
  /** Of Loadline's own programs: the digest of the sources that they were built from. */
  source: Digest.optional(),
  /** In a sealed lock: the official reference that this image stands in for. */
  standsInFor: z.string().optional(),
})
export type PinnedTool = z.infer<typeof PinnedTool>

/** A base image pinned by digest. */
export const PinnedBase = z.strictObject({
  /** Fully spelled, with tag: `docker.io/library/python:3.11-slim-bookworm`. */
  reference: z.string(),
  /** Digest of the manifest or index behind the tag. */
  digest: Digest,
  platforms: z.array(Platform),
  /** In a sealed lock: where the substitute is served, without digest, e.g. `127.0.0.1:5000/library/python:3.11-slim-bookworm`. */
  substitute: z.string().optional(),
  /** When it was resolved or assembled, UTC. */
  resolvedAt: z.iso.datetime(),
})
export type PinnedBase = z.infer<typeof PinnedBase>

/** The lock file that an application commits: its bases, and nothing that judges it. Written by `loadline lock`. */
export const BaseLock = z.strictObject({
  schemaVersion: z.literal(2),
  bases: z.array(PinnedBase.omit({ substitute: true })),
})
export type BaseLock = z.infer<typeof BaseLock>

/**
 * What is pinned in a run. Connected: the tools of Loadline's release, and the bases of the application's lock file. Sealed: what the toolchain has
 * built, in a lock file of its own (`mode: sealed`), which is never the application's.
 */
export const Lock = z.strictObject({
  schemaVersion: z.literal(1),
  mode: z.enum(['connected', 'sealed']),
  tools: z.record(z.string(), PinnedTool),
  bases: z.array(PinnedBase),
  /** The vulnerability database of Loadline's own examples, as an image whose root holds `db/trivy.db` and `db/metadata.json`. */
  exampleDatabase: z.strictObject({ reference: z.string(), digest: Digest }).optional(),
})
export type Lock = z.infer<typeof Lock>
