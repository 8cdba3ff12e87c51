import { z } from 'zod'
import { Digest } from './digest.ts'
import { Platform } from './platform.ts'

/** How certain it is that a digest is the publisher's: confirmed by the registry, or recorded by many or few others. */
export const Confidence = z.enum(['confirmed', 'likely', 'doubtful'])
export type Confidence = z.infer<typeof Confidence>

/** An image pinned by digest. */
export const PinnedTool = z.strictObject({
  /** What to pull: repository and digest, e.g. `registry.example/tool@sha256:...`. */
  reference: z.string(),
  digest: Digest,
  version: z.string(),
  /** Absent for what this machine has made. */
  confidence: Confidence.optional(),
  /** For Loadline's own programs: the digest of the sources that they were built from. */
  source: Digest.optional(),
  /** In a sealed lock file: the official reference that this image substitutes. */
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
  /** In a sealed lock file: where the substitute is served, without digest, e.g. `127.0.0.1:5000/library/python:3.11-slim-bookworm`. */
  substitute: z.string().optional(),
  /** When it was resolved or assembled, UTC. */
  resolvedAt: z.iso.datetime(),
})
export type PinnedBase = z.infer<typeof PinnedBase>

/** The lock file that an application commits: its bases, but none of the tools that judge it. Written by `loadline lock`. */
export const BaseLock = z.strictObject({
  schemaVersion: z.literal(2),
  bases: z.array(PinnedBase.omit({ substitute: true })),
})
export type BaseLock = z.infer<typeof BaseLock>

/**
 * A run's pins. Connected: the tools of Loadline's release, and the bases of the application's lock file. Sealed: what the toolchain has
 * built, in its own lock file (`mode: sealed`), which is never the application's.
 */
export const Lock = z.strictObject({
  schemaVersion: z.literal(1),
  mode: z.enum(['connected', 'sealed']),
  tools: z.record(z.string(), PinnedTool),
  bases: z.array(PinnedBase),
  /** Sealed: the references of all bases that can be substituted, whether or not that was done already. */
  offers: z.array(z.string()).optional(),
  /** The vulnerability database of Loadline's own examples, as an image whose root holds `db/trivy.db` and `db/metadata.json`. */
  exampleDatabase: z.strictObject({ reference: z.string(), digest: Digest }).optional(),
})
export type Lock = z.infer<typeof Lock>

/** The references of all bases that a sealed network has or can make, sorted. */
export function offeredBases({ bases, offers }: Lock): string[] {
  return [...new Set([...bases.map(({ reference }) => reference), ...(offers ?? [])])].sort()
}
