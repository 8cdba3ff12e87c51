import { writeAtomically } from './cache.ts'
import { fullReference, parseImageReference } from '../src/formats/image-reference.ts'
import { Lock, type PinnedBase, type PinnedTool } from '../src/model/lock.ts'
import { supportImages } from '../src/tools/images.ts'
import type { BaseImage } from './image.ts'
import type { LayoutContent } from './oci-layout.ts'
import type { Registry } from './registry.ts'

/** A tool image as served on loopback. */
export interface SealedTool {
  name: string
  version: string
  /** The official reference; absent for programs of Loadline's own. */
  standsInFor?: string
  content: LayoutContent
}

/** A base image as served on loopback. */
export interface SealedBase {
  image: BaseImage
  content: LayoutContent
  assembledAt: Date
}

/** Repository of a tool image on the loopback registry. */
export function toolRepository(name: string): string {
  return `loadline/${name}`
}

/** Repository and tag under which the substitute of an official reference is served: the same, without the registry's name. */
export function substituteName(reference: string): { repository: string; tag: string } {
  const parsed = parseImageReference(reference)
  if (parsed?.tag === undefined || fullReference(parsed) !== reference)
    throw new Error(`"${reference}" is not written as registry/repository:tag.`)
  return { repository: parsed.repository, tag: parsed.tag }
}

/** What a lock file is written from. */
export interface SealedContent {
  tools: readonly SealedTool[]
  bases: readonly SealedBase[]
  /** References of every base that can be made, made or not. */
  offers: readonly string[]
  exampleDatabase: LayoutContent | undefined
}

/** The lock file of a sealed toolchain: which image substitutes which, by digest. */
export function sealedLock(registry: Registry, { tools, bases, offers, exampleDatabase }: SealedContent): Lock {
  const address = `${registry.host}:${registry.port}`
  const pinnedTools: Record<string, PinnedTool> = {}
  for (const { name, version, standsInFor, content } of tools) {
    pinnedTools[name] = {
      reference: `${address}/${toolRepository(name)}@${content.digest}`,
      digest: content.digest,
      version,
      ...(standsInFor === undefined ? {} : { standsInFor }),
    }
  }
  const pinnedBases: PinnedBase[] = bases.flatMap(({ image, content, assembledAt }) =>
    image.references.map((reference) => {
      const { repository, tag } = substituteName(reference)
      return {
        reference,
        digest: content.digest,
        platforms: Object.keys(content.platforms),
        substitute: `${address}/${repository}:${tag}`,
        resolvedAt: assembledAt.toISOString(),
      }
    }),
  )
  for (const { name, version, reference } of Object.values(supportImages)) {
    const base = pinnedBases.find((pinned) => pinned.reference === reference)
    if (base === undefined) continue
    const { digest, substitute } = base
    pinnedTools[name] = { reference: `${substitute}@${digest}`, digest, version, standsInFor: reference }
  }
  return Lock.parse({
    schemaVersion: 1,
    mode: 'sealed',
    tools: pinnedTools,
    bases: pinnedBases,
    offers: [...offers].sort(),
    ...(exampleDatabase === undefined
      ? {}
      : {
          exampleDatabase: {
            reference: `${address}/${toolRepository(EXAMPLE_DATABASE)}@${exampleDatabase.digest}`,
            digest: exampleDatabase.digest,
          },
        }),
  })
}

/** Title and repository of the database of the examples. */
export const EXAMPLE_DATABASE = 'loadline-example-advisories'

/** The text of a lock file. */
function lockText(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`
}

/** Writes a lock file. */
export async function writeLock(path: string, lock: Lock): Promise<void> {
  await writeAtomically(path, lockText(lock))
}
