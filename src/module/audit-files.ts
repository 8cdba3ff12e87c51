import type { Directory } from '@dagger.io/dagger'
import { mayBeAudited, onlyNamedLike, type AuditFile } from '../audit/index.ts'
import { contentsOf } from '../engine/read-text.ts'
import { DeliveryError } from '../model/errors.ts'
import { limits } from '../model/limits.ts'

/** Files of a directory that are read: each is a call of its own. */
const mostFiles = 5_000

/** The files of a directory that can be audited, and a way to open others in it. The engine keeps every path inside of it. Throws `SOURCE` where there are too many. */
export async function auditFilesOf(source: Directory): Promise<{
  files: AuditFile[]
  passedOver: Array<{ path: string; reason: string }>
  open: (path: string) => Promise<string | undefined>
}> {
  const all = (await source.glob('**')).filter(
    (path) =>
      !path.endsWith('/') &&
      !path.split('/').some((segment, index, segments) => segment.startsWith('.') && index < segments.length - 1) &&
      !/(^|\/)(node_modules|loadline-report|vendor)\//.test(path),
  )
  const paths = all.filter((path) => mayBeAudited(path) && onlyNamedLike(path) === undefined)
  if (paths.length > mostFiles)
    throw new DeliveryError(
      'SOURCE',
      `the source has more than ${mostFiles} files that may be audited`,
      'Give the directory that holds deployments.',
    )
  const read = await Promise.all(
    paths.toSorted().map(async (path) => ({
      path,
      text: await contentsOf(source.file(path), path, limits.listed).catch(() => undefined),
    })),
  )
  return {
    files: read.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text, named: false, below: path }])),
    passedOver: [
      ...all.flatMap((path) => {
        const reason = onlyNamedLike(path)
        return reason === undefined ? [] : [{ path, reason }]
      }),
      ...read.flatMap(({ path, text }) => (text === undefined ? [{ path, reason: 'it cannot be read as text' }] : [])),
    ],
    open: async (path) =>
      (await source.exists(path))
        ? contentsOf(source.file(path), path, limits.listed).catch(() => undefined)
        : undefined,
  }
}
