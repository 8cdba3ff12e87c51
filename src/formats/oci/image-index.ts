import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { Digest } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const mediaType = z.literal('application/vnd.oci.image.index.v1+json')
const Platform = z.strictObject({ architecture: z.string(), os: z.string(), variant: z.string().optional() })

/** The index.json of a layout written by `inspect extract`: it names images by digest and platform, and nothing else. */
const ImageIndex = z.strictObject({
  schemaVersion: z.literal(2),
  mediaType,
  manifests: z
    .array(z.strictObject({ mediaType: z.string(), size: z.int().min(1), digest: Digest, platform: Platform }))
    .min(1),
})

const ImageManifest = z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) })

/** The annotations that several manifests (JSON) have in common: what is true of each image is true of their index. Throws `PUBLISH`. */
export function sharedAnnotations(texts: readonly string[]): Record<string, string> {
  const [first, ...others] = texts.map((text) => readJson('inspect', text, ImageManifest, 'PUBLISH').annotations)
  const shared = Object.entries(first ?? {}).filter(([name, value]) =>
    others.every((annotations) => Object.hasOwn(annotations, name) && annotations[name] === value),
  )
  return Object.fromEntries(shared.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/**
 * Joins the index.json of several layouts into the bytes of one index over all images. Throws `PUBLISH` if a platform
 * appears twice: chance would decide which image runs.
 */
export function joinIndexes(
  texts: readonly string[],
  annotations: Readonly<Record<string, string>> = {},
): { text: string; manifests: Digest[] } {
  const manifests = texts.flatMap((text) => readJson('inspect', text, ImageIndex, 'PUBLISH').manifests)
  const platforms = manifests.map(({ platform: { os, architecture, variant } }) =>
    [os, architecture, variant].join('/'),
  )
  if (new Set(platforms).size !== platforms.length)
    throw new DeliveryError(
      'PUBLISH',
      `expected one image per platform, found ${platforms.join(', ')}`,
      'Report this as a bug in Loadline. Nothing was pushed.',
    )
  return {
    text: JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaType.value,
      manifests,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    }),
    manifests: manifests.map(({ digest }) => digest),
  }
}
