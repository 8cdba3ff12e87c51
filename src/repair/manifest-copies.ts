import { posix } from 'node:path'
import { groupBy } from '../model/group-by.ts'
import type { PlacedInstruction } from './dockerfile-file.ts'
import { isOneWord, type Copied } from './placed-paths.ts'

/** A file of the source, and its path in the image. */
export interface Manifest {
  from: string
  to: string
}

/**
 * The files that are read, by their paths in the image with a question mark for those that may be missing, and that a COPY
 * brings. Undefined if nothing is known to bring one of them; `given` has what others bring.
 */
export function manifestsOf(
  copied: readonly Copied[],
  given: ReadonlySet<string>,
  reads: readonly string[],
  paths: ReadonlySet<string>,
): Manifest[] | undefined {
  const manifests = new Map<string, string>()
  for (const read of reads) {
    const to = read.replace(/\?$/, '')
    const from = copied.map((one) => sourceOf(one, to)).find((path) => path !== undefined && paths.has(path))
    if (![from ?? '', to].every(isOneWord)) return undefined
    if (from !== undefined) manifests.set(to, from)
    else if (!read.endsWith('?') && !given.has(to)) return undefined
  }
  return [...manifests].map(([to, from]) => ({ from, to }))
}

/** What a path of the image would be in the source. */
function sourceOf({ source, target }: Copied, path: string): string | undefined {
  const inside = posix.relative(target, path)
  return inside.startsWith('..') ? undefined : posix.join(source, inside)
}

/** COPY instructions for manifests: one for those that come from one directory to another, by their names. */
export function manifestCopies(
  { flags }: PlacedInstruction,
  manifests: readonly Manifest[],
  directory: string | undefined,
): string[] {
  // ADD has some of its own.
  const kept = flags.filter((flag) => /^--(chown|chmod|link)\b/.test(flag))
  const places = manifests.map(({ from, to }) => {
    const into = posix.dirname(to)
    const isRenamed = posix.basename(from) !== posix.basename(to)
    const place = into === directory ? './' : `${into === '/' ? '' : into}/`
    return { from, place: isRenamed ? to : place, key: isRenamed ? to : `${posix.dirname(from)} ${into}` }
  })
  return [...groupBy(places, ({ key }) => key).values()].map((group) =>
    ['COPY', ...kept, ...group.map(({ from }) => from), group[0]?.place ?? './'].join(' '),
  )
}
