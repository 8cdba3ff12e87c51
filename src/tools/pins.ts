import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { Digest, Platform, type Confidence, type PinnedTool } from '../model/index.ts'
import { readDocument } from '../model/read-json.ts'
import released from './pins.json' with { type: 'json' }

/** How a digest came to be known. `collected`: other people's public files name it with its tag, and nobody of Loadline has pulled it. `resolved`: read from the publisher's registry, and the tool was started. */
const Found = z.strictObject({
  how: z.enum(['collected', 'resolved']),
  /** The day, UTC. */
  on: z.iso.date(),
  /** In how many files of others it was seen. */
  sources: z.int().min(1).optional(),
  /** When the publisher made the image, by its own word. */
  created: z.iso.datetime().optional(),
  /** Who signed it, where a signature of the publisher was verified. */
  signedBy: z.string().optional(),
})
type Found = z.infer<typeof Found>

/** An image by its publisher's name and by digest. */
export const Pin = z.strictObject({
  version: z.string(),
  /** Registry, repository and tag. An organisation may name a mirror here. */
  reference: z.string(),
  /** Of the index over platforms: this is what is pulled. */
  digest: Digest,
  /** Of the image of each platform, as far as they are known. */
  platforms: z.record(Platform, Digest),
  found: Found,
  /** Of Loadline's own programs: the digest of the sources that they were built from. */
  source: Digest.optional(),
})
export type Pin = z.infer<typeof Pin>

/** Everything that a release of Loadline runs and did not write itself. `loadline tools` refreshes it. */
export const Pins = z.strictObject({
  schemaVersion: z.literal(1),
  /** A version that is younger is not taken: most poisoned releases are found within days. */
  minimumAgeDays: z.int().min(0),
  tools: z.record(z.string(), Pin),
  /** The Dagger CLI: the checksum of the archive of each platform. */
  cli: z.strictObject({ version: z.string(), archives: z.record(z.string(), Digest), found: Found }),
})
export type Pins = z.infer<typeof Pins>

/** What an organisation says instead: mirrors, or digests that it has checked itself. */
const OwnPins = Pins.partial({ cli: true, minimumAgeDays: true })

/** How far a pin can be trusted before a registry has been asked. */
export function confidence({ how, sources = 0 }: Found): Confidence {
  return how === 'resolved' ? 'confirmed' : sources >= 4 ? 'likely' : 'doubtful'
}

/** The pins of this release of Loadline, with those that an organisation gives in their place. */
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

/** Reads the pins of an organisation. Throws `LOCK` where the text is none. */
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

/** The pins as a run looks them up. */
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
