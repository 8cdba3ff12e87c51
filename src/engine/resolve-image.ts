import { DeliveryError } from '../model/errors.ts'
import { Platform, type Digest } from '../model/index.ts'
import { config, resolve } from '../tools/registry/command.ts'
import { describeRegistryFault, readConfigured, readResolved, type Resolved } from '../tools/registry/output.ts'
import { askRegistry, type Question } from './ask-registry.ts'
import type { RegistryAccess } from './registry-access.ts'
import type { Pinned } from './tool-image.ts'

/** An image in a registry: one manifest, or an index over several. */
export interface ResolvedImage {
  digest: Digest
  /** The images of an index, by platform; for a single manifest, itself, whose platform only its attestations state. */
  manifests: Array<{ digest: Digest; platform: Platform | undefined }>
  index: boolean
}

/**
 * Asks the registry once for a reference's digest and its images. Everything after uses digests: a tag that moves in
 * the meantime changes nothing. Throws `VERIFY`.
 */
export async function resolveImage(access: RegistryAccess, lock: Pinned): Promise<ResolvedImage> {
  const name = access.digest === undefined ? `:${access.tag ?? 'latest'}` : `@${access.digest}`
  const resolved = await read(
    { access, argv: (connection) => resolve(connection, { reference: `${access.inside}${name}` }), read: readResolved },
    name,
    lock,
  )
  if (access.digest !== undefined && resolved.digest !== access.digest)
    throw new DeliveryError(
      'VERIFY',
      `expected ${access.repository}${name}, found ${resolved.digest}`,
      'Check the registry, or a proxy in front of it: it answers about a different image.',
    )
  return imagesOf(resolved)
}

/** The images that somebody can run, by platform. */
export function imagesOf({ digest, index, manifests }: Resolved): ResolvedImage {
  // BuildKit stores its attestations as images of the platform unknown/unknown: nobody runs these.
  const images = manifests.filter(({ platform }) => platform?.architecture !== 'unknown')
  return {
    digest,
    index,
    manifests: images.map((manifest) => ({ digest: manifest.digest, platform: platformOf(manifest.platform) })),
  }
}

/** When the first image claims to have been created; undefined if there is none, or it has no readable date. Throws `VERIFY`. */
export async function madeAt(
  access: RegistryAccess,
  lock: Pinned,
  { manifests: [first] }: ResolvedImage,
): Promise<Date | undefined> {
  if (first === undefined) return undefined
  const name = `@${first.digest}`
  const {
    config: { created },
  } = await read(
    {
      access,
      argv: (connection) => config(connection, { reference: `${access.inside}${name}` }),
      read: readConfigured,
    },
    name,
    lock,
  )
  const time = created === undefined ? Number.NaN : Date.parse(created)
  return Number.isNaN(time) ? undefined : new Date(time)
}

function platformOf(platform: Resolved['manifests'][number]['platform']): Platform | undefined {
  if (platform === undefined) return undefined
  const { os, architecture, variant } = platform
  return Platform.safeParse(
    variant === undefined || (architecture === 'arm64' && variant === 'v8')
      ? `${os}/${architecture}`
      : `${os}/${architecture}/${variant}`,
  ).data
}

async function read<T>(question: Question<T>, name: string, lock: Pinned): Promise<T> {
  const { done, fault } = await askRegistry(question, lock)
  if (fault === undefined) return done
  throw new DeliveryError(
    'VERIFY',
    `failed to read ${question.access.repository}${name}: ${describeRegistryFault(fault)}`,
    'Check the reference, that the registry can be reached, and that the credentials allow reading it.',
  )
}
