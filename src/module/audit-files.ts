import type { Directory } from '@dagger.io/dagger'
import { inHiddenDirectory, mayBeAudited, onlyNamedLike, type AuditFile } from '../audit/index.ts'
import { contentsOf } from '../engine/read-text.ts'
import { firstLine } from '../engine/run-tool.ts'
import { DeliveryError } from '../model/errors.ts'
import { limits } from '../model/limits.ts'

/** Files of a directory that are read: each is a call of its own. */
const mostFiles = 5_000

/** The files of a directory that can be audited, and a way to open others in it. The engine keeps every path inside of it. Throws `SOURCE` where there are too many; `open` where one that is there cannot be read. */
export async function auditFilesOf(source: Directory): Promise<{
  files: AuditFile[]
  passedOver: Array<{ path: string; reason: string }>
  open: (path: string) => Promise<string | undefined>
}> {
  const isHidden = (path: string) =>
    path
      .split('/')
      .slice(0, -1)
      .some((segment) => segment.startsWith('.'))
  const all = (await source.glob('**')).filter(
    (path) => !path.endsWith('/') && !/(^|\/)(node_modules|loadline-report|vendor)\//.test(path),
  )
  const whyNot = (path: string) => inHiddenDirectory(path) ?? (isHidden(path) ? undefined : onlyNamedLike(path))
  const paths = all.filter((path) => !isHidden(path) && mayBeAudited(path) && whyNot(path) === undefined)
  if (paths.length > mostFiles)
    throw new DeliveryError(
      'SOURCE',
      `the source has more than ${mostFiles} files that may be audited`,
      'Give the directory that holds deployments.',
    )
  const read = (path: string) => readOrRefuse(path, contentsOf(source.file(path), path, limits.listed, 'SOURCE'))
  const found = await Promise.all(
    paths.toSorted().map(async (path) => ({
      path,
      text: await read(path).catch((fault: DeliveryError) => fault),
    })),
  )
  return {
    files: found.flatMap(({ path, text }) =>
      typeof text === 'string' ? [{ path, text, named: false, below: path }] : [],
    ),
    passedOver: [
      ...all.flatMap((path) => {
        const reason = whyNot(path)
        return reason === undefined ? [] : [{ path, reason }]
      }),
      ...found.flatMap(({ path, text }) =>
        typeof text === 'string' ? [] : [{ path, reason: text.message.replace(`${path} `, 'it ') }],
      ),
    ],
    open: async (path) => ((await source.exists(path)) ? read(path) : undefined),
  }
}

/** The text of a file that is there. Throws `SOURCE` with the reason where it cannot be had, also what the engine says: no text at all would look as if the file were not there. */
export async function readOrRefuse(path: string, reading: Promise<string>): Promise<string> {
  return reading.catch((error: unknown) => {
    if (error instanceof DeliveryError) throw error
    throw new DeliveryError(
      'SOURCE',
      `${path} cannot be read (${firstLine(error)})`,
      'Check that this is a file, and what you want to audit.',
      { cause: error },
    )
  })
}
