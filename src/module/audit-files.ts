import type { Directory } from '@dagger.io/dagger'
import { treatmentOf, type AuditFile } from '../audit/index.ts'
import { contentsOf } from '../engine/read-text.ts'
import { firstLine } from '../engine/run-tool.ts'
import { DeliveryError } from '../model/errors.ts'
import { limits } from '../model/limits.ts'

/** The most files read from a directory: each is a separate call. */
const mostFiles = 5_000

/** The files of a directory that can be audited, and a way to open others in it. The engine keeps every path inside it. Throws `SOURCE` if there are too many; `open` if an existing one cannot be read. */
export async function auditFilesOf(source: Directory): Promise<{
  files: AuditFile[]
  passedOver: Array<{ path: string; reason: string }>
  open: (path: string) => Promise<string | undefined>
}> {
  const all = (await source.glob('**')).filter(
    (path) => !path.endsWith('/') && !/(^|\/)(node_modules|loadline-report|vendor)\//.test(path),
  )
  const treated = all.map((path) => ({ path, treatment: treatmentOf(path) }))
  const paths = treated.flatMap(({ path, treatment }) => (treatment === 'read' ? [path] : []))
  if (paths.length > mostFiles)
    throw new DeliveryError(
      'SOURCE',
      `expected at most ${mostFiles} files to audit in the source, found more`,
      'Give the directory that has the deployments.',
    )
  const read = (path: string) => readOrRefuse(path, contentsOf(source.file(path), path, limits.listed, 'SOURCE'))
  const found = await Promise.all(
    paths.toSorted().map(async (path) => ({
      path,
      text: await read(path).catch((fault: DeliveryError) => fault),
    })),
  )
  return {
    files: found.map(({ path, text }) => ({
      path,
      named: false,
      below: path,
      ...(typeof text === 'string'
        ? { text }
        : { text: '', fault: { reason: text.message.replace(`${path} `, 'it '), mayStart: true } }),
    })),
    passedOver: treated.flatMap(({ path, treatment }) =>
      typeof treatment === 'object' ? [{ path, reason: treatment.skipped }] : [],
    ),
    open: async (path) => ((await source.exists(path)) ? read(path) : undefined),
  }
}

/** The text of an existing file. Throws `SOURCE` with the engine's reason if it cannot be read: no text would look as if the file did not exist. */
export async function readOrRefuse(path: string, reading: Promise<string>): Promise<string> {
  return reading.catch((error: unknown) => {
    if (error instanceof DeliveryError) throw error
    throw new DeliveryError(
      'SOURCE',
      `${path} cannot be read (${firstLine(error)})`,
      'Check that this is a file, and the one you want to audit.',
      { cause: error },
    )
  })
}
