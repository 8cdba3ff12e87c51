import type { Directory } from '@dagger.io/dagger'
import { mayBeAudited, mostAuditedFiles, type AuditFile } from '../audit/read-inputs.ts'
import { DeliveryError } from '../model/errors.ts'

/** The files of a directory that can be audited, and a way to open others in it. The engine keeps every path inside of it. Throws `SOURCE` where there are too many. */
export async function auditFilesOf(
  source: Directory,
): Promise<{ files: AuditFile[]; open: (path: string) => Promise<string | undefined> }> {
  const paths = (await source.glob('**')).filter(
    (path) => !path.endsWith('/') && !path.split('/').some((segment) => segment.startsWith('.')) && mayBeAudited(path),
  )
  if (paths.length > mostAuditedFiles)
    throw new DeliveryError(
      'SOURCE',
      `the source has more than ${mostAuditedFiles} files that may be audited`,
      'Give the directory that holds deployments.',
    )
  return {
    files: await Promise.all(
      paths.toSorted().map(async (path) => ({ path, text: await source.file(path).contents(), named: false })),
    ),
    open: async (path) => ((await source.exists(path)) ? source.file(path).contents() : undefined),
  }
}
