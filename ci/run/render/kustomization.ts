import { posix } from 'node:path'
import { kustomizationNames, kustomizationParts, readManifest, type Rendering } from '../../../src/audit/index.ts'
import { DeliveryError } from '../../../src/model/errors.ts'
import { findProgram, render } from './renderer.ts'

/** Limits: files of one kustomization, and characters of all kustomizations in an audit. */
const mostFiles = 5_000
const mostText = 64 * 1_048_576

/**
 * A reader of kustomizations, which share bases: each file is read once, and their total is limited. Throws `SOURCE`.
 */
export function partsReader(open: (path: string) => Promise<string | undefined>): typeof open {
  const known = new Map<string, Promise<string | undefined>>()
  let length = 0
  const read = async (path: string) => {
    if (length > mostText) refuse('it and the others are larger than 64 MiB together')
    const text = await open(path)
    length += text?.length ?? 0
    return text
  }
  return (path) => {
    const reading = known.get(path) ?? read(path)
    known.set(path, reading)
    return reading
  }
}

/** A kustomization with all its files, or why they are not complete. Paths are below the audited paths. */
export interface Kustomization {
  path: string
  files: ReadonlyMap<string, string>
  why?: string
}

/**
 * Follows the references of a kustomization, from file to file. Nothing is fetched, and nothing outside the audited
 * paths is read.
 */
export async function gather(
  path: string,
  open: (path: string) => Promise<string | undefined>,
): Promise<Kustomization> {
  const files = new Map<string, string>()
  try {
    await take(path)
    return { path, files }
  } catch (error) {
    if (error instanceof DeliveryError) return { path, files, why: error.message }
    throw error
  }

  async function take(file: string): Promise<void> {
    if (files.has(file)) return
    const text = (await open(file)) ?? refuse(`${file} does not exist`)
    if (files.size >= mostFiles) refuse(`it has more than ${mostFiles} files`)
    files.set(file, text)
    if (!kustomizationNames.some((name) => name === posix.basename(file))) return
    const directory = posix.dirname(file)
    for (const document of readManifest(text, file)) {
      const parts = kustomizationParts(document)
      if (parts.plugins.length > 0)
        refuse(`it has ${parts.plugins.join(' and ')}, which may refer to something that would have to be fetched`)
      for (const written of parts.files) await take(below(written, directory))
      for (const written of parts.either) await take(await fileOf(written, directory))
    }
  }

  /** A directory stands for the kustomization in it. */
  async function fileOf(written: string, directory: string): Promise<string> {
    const named = below(written, directory)
    for (const name of kustomizationNames) {
      const inside = posix.join(named, name)
      if ((await open(inside).catch(() => undefined)) !== undefined) return inside
    }
    return (await open(named)) === undefined
      ? refuse(`it names ${written}, which is not a file in the tree; the audit fetches nothing`)
      : named
  }
}

function below(written: string, directory: string): string {
  // A file's path can look like a URL, and kustomize would fetch the URL.
  if (/^https?:/i.test(written))
    refuse(`it names ${written}, which is not a file in the tree; the audit fetches nothing`)
  const path = posix.normalize(posix.join(directory, written))
  const isOutside = posix.isAbsolute(written) || path === '..' || path.startsWith('../')
  return isOutside ? refuse(`it names ${written}, which is outside the audited paths`) : path
}

function refuse(message: string): never {
  throw new DeliveryError('SOURCE', message, 'Audit the output of "kubectl kustomize".')
}

/**
 * Renders a kustomization with `kustomize build` or `kubectl kustomize`: without plugins, functions and charts, which
 * both disable by default. They would fetch remote references, but `gather` refuses those.
 */
export async function renderKustomization(
  { path, files, why }: Kustomization,
  roots: readonly string[],
): Promise<Rendering> {
  if (why !== undefined) return { why }
  if (/^kind:\s*Component\s*$/m.test(files.get(path) ?? ''))
    return { why: 'it is a component, for other kustomizations' }
  const inside = (directory: string) => posix.join(directory, posix.dirname(path))
  const kustomize = await findProgram('kustomize', roots)
  if (kustomize !== undefined)
    return render({ program: kustomize, argv: (copy) => ['build', inside(copy)], files, by: 'kustomize build' })
  const kubectl = await findProgram('kubectl', roots)
  if (kubectl !== undefined)
    return render({ program: kubectl, argv: (copy) => ['kustomize', inside(copy)], files, by: 'kubectl kustomize' })
  return { why: 'neither kustomize nor kubectl is installed' }
}
