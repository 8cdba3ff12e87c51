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

/** How pins are refreshed. */
export interface RefreshRequest {
  earlier: Pins
  /** Release dates that somebody has looked up, by tool name. */
  released: ReadonlyMap<string, Date>
  /** Whether to verify publishers' signatures, which needs the public Sigstore instance. */
  signatures: boolean
  now: Date
}

/** The result. A refused tool keeps its earlier pin, and does not hold back the others. */
export interface Refreshed {
  pins: Pins
  refused: Array<{ name: string; error: DeliveryError }>
}

type Wanted = Pick<Tool, 'name' | 'version' | 'reference' | 'signer'>

/**
 * Asks the publishers' registries about every image that a release pins: the digests of the index and of each platform,
 * its age, whether the tool starts where the image says and reports the version in its tag, and who signed it.
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

/** What the tags point to now: asking for the rest needs the Go compiler and Cosign, whose earlier pins may be gone. */
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
  // Says why, if the tag cannot be resolved.
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

/** Starts a tool, and compares the version that it reports; for an image that is not a tool, the version in its label, if it has one. */
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
        `expected the image of ${name} to be version ${version}, found the label ${label}`,
        'Check what the publisher has under this tag.',
      )
    return
  }
  const { container, program } = await toolImage(lock, key)
  const asked = tools[key].name
  requireVersion(asked, version, (await runTool(name, container, askVersion(asked, program))).stdout)
}

/** In either of Cosign's two signature formats: publishers migrate one by one. */
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
