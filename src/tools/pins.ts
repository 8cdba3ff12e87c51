import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { Digest, Platform, type Confidence, type PinnedTool } from '../model/index.ts'
import { readDocument } from '../model/read-json.ts'
import released from './pins.json' with { type: 'json' }

/**
 * How a digest was determined. `collected`: public files of others name it with its tag, but Loadline has not pulled
 * it. `resolved`: read from the publisher's registry, and the tool was started.
 */
const Found = z.strictObject({
  how: z.enum(['collected', 'resolved']),
  /** The date, UTC. */
  on: z.iso.date(),
  /** In how many public files of others it was found. */
  sources: z.int().min(1).optional(),
  /** When the publisher created the image, as it states. */
  created: z.iso.datetime().optional(),
  /** Who signed it, if a publisher's signature was verified. */
  signedBy: z.string().optional(),
})
type Found = z.infer<typeof Found>

/** An image by its publisher's reference and by digest. */
export const Pin = z.strictObject({
  version: z.string(),
  /** Registry, repository and tag. An organisation may name a mirror here. */
  reference: z.string(),
  /** The digest of the index over platforms, which is what is pulled. */
  digest: Digest,
  /** The digest of each platform's image, as far as known. */
  platforms: z.record(Platform, Digest),
  found: Found,
  /** For Loadline's own programs: the digest of the sources that they were built from. */
  source: Digest.optional(),
})
export type Pin = z.infer<typeof Pin>

/** All third-party software that a Loadline release runs. `loadline tools` refreshes it. */
export const Pins = z.strictObject({
  schemaVersion: z.literal(1),
  /** A younger version is not accepted: most compromised releases are discovered within days. */
  minimumAgeDays: z.int().min(0),
  tools: z.record(z.string(), Pin),
  /** The Dagger CLI: the checksum of each platform's archive. */
  cli: z.strictObject({ version: z.string(), archives: z.record(z.string(), Digest), found: Found }),
})
export type Pins = z.infer<typeof Pins>

/** An organisation's overrides: mirrors, or digests that it has checked itself. */
const OwnPins = Pins.partial({ cli: true, minimumAgeDays: true })

/** How far a pin can be trusted before a registry has confirmed it. */
export function confidence({ how, sources = 0 }: Found): Confidence {
  return how === 'resolved' ? 'confirmed' : sources >= 4 ? 'likely' : 'doubtful'
}

/** The pins of this Loadline release, with an organisation's overrides. */
export function pinsOf(own?: z.infer<typeof OwnPins>): Pins {
  const ours = Pins.parse(released)
  return own === undefined
    ? ours
    : {
        ...ours,
        ...own,
        cli: own.cli ?? ours.cli,
        minimumAgeDays: own.minimumAgeDays ?? ours.minimumAgeDays,
        tools: { ...ours.tools, ...own.tools },
      }
}

/** Reads an organisation's pins. Throws `LOCK` if the text is not valid. */
export function parsePins(text: string, path: string): Pins {
  const hint =
    'Write it with "loadline tools --output FILE", or copy src/tools/pins.json of this release and change references and digests.'
  const own = readDocument(
    text,
    OwnPins,
    (found, { kind, detail }) =>
      new DeliveryError('LOCK', kind === 'form' ? `${path}: ${detail}` : `${path} is ${found}`, hint),
  )
  return pinsOf(own)
}

/** The pins in the form in which a run looks them up. */
export function pinnedTools({ tools }: Pins): Record<string, PinnedTool> {
  return Object.fromEntries(
    Object.entries(tools).map(([name, { reference, digest, version, found, source }]) => [
      name,
      {
        reference: `${reference}@${digest}`,
        digest,
        version,
        confidence: confidence(found),
        ...(source === undefined ? {} : { source }),
      },
    ]),
  )
}
