import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import type { Lock, PinnedTool } from '../src/model/index.ts'
import { repositoryOf } from '../src/formats/image-reference.ts'
import { registryAccess } from '../src/engine/registry-access.ts'
import { madeAt, resolveImage } from '../src/engine/resolve-image.ts'
import { resolveDigest } from '../src/engine/resolve-lock.ts'
import { runTool } from '../src/engine/run-tool.ts'
import { toolImage } from '../src/engine/tool-image.ts'
import { connectedLock } from '../src/stages/source/read-lock.ts'
import { verifySignature } from '../src/stages/verify/verify-signature.ts'
import { refuseDenied, requireAge } from '../src/tools/admissible.ts'
import { supportImages, tools, type Signatory, type Tool } from '../src/tools/images.ts'
import type { Pin, Pins } from '../src/tools/pins.ts'
import { askVersion, requireVersion } from '../src/tools/tool-version.ts'

/** How pins are made anew. */
export interface RefreshRequest {
  earlier: Pins
  /** Days of release that a person has looked up, by the tool's name. */
  released: ReadonlyMap<string, Date>
  /** Whether publishers' signatures are asked for: it needs the public Sigstore instance. */
  signatures: boolean
  now: Date
}

/** What came of it. A tool that is refused keeps its earlier pin, and keeps none of the others back. */
export interface Refreshed {
  pins: Pins
  refused: Array<{ name: string; error: DeliveryError }>
}

type Wanted = Pick<Tool, 'name' | 'version' | 'reference' | 'signer'>

/**
 * Asks the publishers' registries for every image that a release pins: the digest of the index and of each platform, its age, whether the tool starts where the
 * image says and is of the version that it is called, and who signed it.
 */
export async function refreshPins(request: RefreshRequest): Promise<Refreshed> {
  const wanted: Wanted[] = [...Object.values(tools), ...Object.values(supportImages)]
  const lock = connectedLock(await byTag(wanted))
  const results = await Promise.all(
    wanted.map(async (tool) => {
      try {
        return [tool.name, await refreshed(tool, lock, request)] as const
      } catch (error) {
        if (error instanceof DeliveryError) return { name: tool.name, error }
        throw error
      }
    }),
  )
  const found = results.flatMap((result) => ('error' in result ? [] : [result]))
  return {
    pins: { ...request.earlier, tools: { ...request.earlier.tools, ...Object.fromEntries(found) } },
    refused: results.flatMap((result) => ('error' in result ? [result] : [])),
  }
}

/** What the tags point at now: asking for the rest needs crane and Cosign, whose earlier pins may be gone. */
async function byTag(wanted: readonly Wanted[]): Promise<Record<string, PinnedTool>> {
  const found = await Promise.all(
    wanted.map(async ({ name, version, reference }) => {
      try {
        const digest = await resolveDigest(reference)
        return [[name, { reference: `${reference}@${digest}`, digest, version }] as const]
      } catch (error) {
        if (error instanceof DeliveryError) return []
        throw error
      }
    }),
  )
  return Object.fromEntries(found.flat())
}

async function refreshed(
  tool: Wanted,
  lock: Lock,
  { released, signatures, earlier, now }: RefreshRequest,
): Promise<Pin> {
  const { name, version, reference, signer } = tool
  refuseDenied(name, version)
  // Says why, where the tag cannot be had.
  const digest = lock.tools[name]?.digest ?? (await resolveDigest(reference))
  const access = await registryAccess({ reference: `${repositoryOf(reference)}@${digest}` }, lock)
  const image = await resolveImage(access, lock)
  const created = released.get(name) ?? (await madeAt(access, lock, image))
  requireAge(name, created, earlier.minimumAgeDays, now)
  await requireWorking(tool, lock)
  const signed = signer !== undefined && signatures
  if (signed) await requireSigned(access, digest, signer, lock)
  return {
    version,
    reference,
    digest,
    platforms: Object.fromEntries(
      image.manifests.flatMap(({ platform, digest: own }) => (platform === undefined ? [] : [[platform, own]])),
    ),
    found: {
      how: 'resolved',
      on: now.toISOString().slice(0, 10),
      ...(created === undefined ? {} : { created: created.toISOString() }),
      ...(signed ? { signedBy: `${signer.identity} (${signer.issuer})` } : {}),
    },
  }
}

/** Starts a tool, and compares what it says of itself; an image that is none must say its version in its label, where it says one. */
async function requireWorking({ name, version }: Wanted, lock: Lock): Promise<void> {
  const key = (Object.keys(tools) as Array<keyof typeof tools>).find((one) => tools[one].name === name)
  if (key === undefined) {
    const label = await dag
      .container()
      .from(lock.tools[name]?.reference ?? '')
      .label('org.opencontainers.image.version')
    if (name === supportImages.engine.name && label !== null && label !== '' && label.replace(/^v/, '') !== version)
      throw new DeliveryError(
        'LOCK',
        `the image of ${name} was expected to be ${version} and says that it is ${label}`,
        'Look at what the publisher has under this tag.',
      )
    return
  }
  const { container, program } = await toolImage(lock, key)
  const asked = tools[key].name
  requireVersion(asked, version, (await runTool(name, container, askVersion(asked, program))).stdout)
}

/** In either of the forms in which Cosign keeps a signature: publishers change over one after the other. */
async function requireSigned(
  access: Awaited<ReturnType<typeof registryAccess>>,
  digest: string,
  { identity, issuer }: Signatory,
  lock: Lock,
): Promise<void> {
  const expected = { kind: 'certificate', identity, issuer, transparencyLog: 'required' } as const
  try {
    await verifySignature({ access, digest }, expected, 'bundle', lock)
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    await verifySignature({ access, digest }, expected, 'legacy', lock)
  }
}
