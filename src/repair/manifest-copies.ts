import { posix } from 'node:path'
import { groupBy } from '../model/group-by.ts'
import type { PlacedInstruction } from './dockerfile-file.ts'
import { isOneWord, type Copied } from './placed-paths.ts'

/** A file of the source, and its path in the image. */
export interface Manifest {
  from: string
  to: string
}

/** What is known to be brought: by a COPY, and by others, as files of the source by their paths in the image. */
interface Brought {
  copied: readonly Copied[]
  given: ReadonlyMap<string, string>
}

/**
 * The files that are read, by their paths in the image with a question mark for those that may be missing, and that a COPY
 * brings, with `furtherOf` them, which these name in turn. Undefined if nothing is known to bring one of them, or if more than such
 * files is needed.
 */
export function manifestsOf(
  { copied, given }: Brought,
  reads: readonly string[],
  paths: ReadonlySet<string>,
  furtherOf: (path: string) => string[] | undefined,
): Manifest[] | undefined {
  const manifests = new Map<string, string>()
  const read = new Set<string>()
  const open = [...reads]
  for (let one = open.shift(); one !== undefined; one = open.shift()) {
    const to = one.replace(/\?$/, '')
    if (read.has(to)) continue
    read.add(to)
    const from = copied.map((copy) => sourceOf(copy, to)).find((path) => path !== undefined && paths.has(path))
    const known = from ?? given.get(to)
    if (![from ?? '', to].every(isOneWord) || (known === undefined && !one.endsWith('?'))) return undefined
    if (known === undefined) continue
    const further = furtherOf(known)
    if (further === undefined) return undefined
    if (from !== undefined) manifests.set(to, from)
    open.push(...further.map((path) => posix.join(posix.dirname(to), posix.relative(posix.dirname(known), path))))
  }
  return [...manifests].map(([to, from]) => ({ from, to }))
}

/** What a path of the image would be in the source. */
export function sourceOf({ source, target }: Copied, path: string): string | undefined {
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
