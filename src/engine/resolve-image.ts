import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { Digest, Platform, type Lock } from '../model/index.ts'
import * as crane from '../tools/crane/command.ts'
import { lastLines, runTool } from './run-tool.ts'
import { readJson } from '../model/read-json.ts'
import { toolImage } from './tool-image.ts'
import { enginePlatform } from './engine-platform.ts'
import { fresh } from './fresh.ts'
import type { RegistryAccess } from './registry-access.ts'

/** An image in a registry: one manifest, or an index over several. */
export interface ResolvedImage {
  digest: Digest
  /** The images of an index, by platform; for a single manifest, itself, whose platform only its attestations state. */
  manifests: Array<{ digest: Digest; platform: Platform | undefined }>
  index: boolean
}

const Manifest = z.looseObject({
  mediaType: z.string().optional(),
  manifests: z
    .array(
      z.looseObject({
        digest: Digest,
        platform: z
          .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
          .optional(),
      }),
    )
    .optional(),
})

/**
 * Asks the registry once for a reference's digest and its images. Everything after uses digests: a tag that moves in
 * the meantime changes nothing. Throws `VERIFY`.
 */
export async function resolveImage(access: RegistryAccess, lock: Lock): Promise<ResolvedImage> {
  const name = access.digest === undefined ? `:${access.tag ?? 'latest'}` : `@${access.digest}`
  const digest =
    access.digest ??
    (
      await ask(
        access,
        lock,
        (program) => crane.digest({ program, insecure: access.insecure, reference: `${access.inside}${name}` }),
        name,
      )
    ).trim()
  const parsed = Digest.safeParse(digest)
  if (!parsed.success)
    throw new DeliveryError(
      'VERIFY',
      `${access.repository}${name} has no SHA-256 digest (the registry says "${digest}")`,
      'Check the reference.',
    )
  const text = await ask(
    access,
    lock,
    (program) => crane.manifest({ program, insecure: access.insecure, reference: `${access.inside}@${parsed.data}` }),
    name,
  )
  const { manifests } = readJson('crane', text, Manifest, 'VERIFY')
  if (manifests === undefined)
    return { digest: parsed.data, manifests: [{ digest: parsed.data, platform: undefined }], index: false }
  // BuildKit stores its attestations as images of the platform unknown/unknown: nobody runs these.
  const images = manifests.filter(({ platform }) => platform?.architecture !== 'unknown')
  return {
    digest: parsed.data,
    index: true,
    manifests: images.map((manifest) => ({ digest: manifest.digest, platform: platformOf(manifest.platform) })),
  }
}

/** When an image claims to have been created, for one of its platforms; undefined if it has no readable date. */
export async function madeAt(
  access: RegistryAccess,
  lock: Lock,
  { digest, manifests }: ResolvedImage,
): Promise<Date | undefined> {
  const platform = manifests[0]?.platform ?? (await enginePlatform())
  const text = await ask(
    access,
    lock,
    (program) =>
      crane.config({ program, insecure: access.insecure, reference: `${access.inside}@${digest}`, platform }),
    `@${digest}`,
  )
  const { created } = readJson('crane', text, z.looseObject({ created: z.string().optional() }), 'VERIFY')
  const time = created === undefined ? Number.NaN : Date.parse(created)
  return Number.isNaN(time) ? undefined : new Date(time)
}

function platformOf(
  platform: { os: string; architecture: string; variant?: string | undefined } | undefined,
): Platform | undefined {
  if (platform === undefined) return undefined
  const { os, architecture, variant } = platform
  return Platform.safeParse(
    variant === undefined || (architecture === 'arm64' && variant === 'v8')
      ? `${os}/${architecture}`
      : `${os}/${architecture}/${variant}`,
  ).data
}

async function ask(
  access: RegistryAccess,
  lock: Lock,
  argv: (program: string) => string[],
  name: string,
): Promise<string> {
  const tool = await toolImage(lock, 'crane')
  const { exitCode, stdout, stderr } = await runTool(
    'crane',
    fresh(await access.connect(tool.container)),
    argv(tool.program),
  )
  if (exitCode !== 0)
    throw new DeliveryError(
      'VERIFY',
      `failed to read ${access.repository}${name}: ${lastLines(stderr, 1)}`,
      'Check the reference, that the registry can be reached, and that the credentials allow reading it.',
    )
  return stdout
}
