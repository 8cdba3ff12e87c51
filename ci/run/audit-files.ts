import { lstat, readdir, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'
import { kindOfGiven } from './files/given-file.ts'
import { readNamed } from './files/read-file.ts'
import { mayBeAudited, mostAuditedFiles, type AuditFile } from '../../src/audit/read-inputs.ts'

/** Entries of a directory that are looked at. */
const mostEntries = 20_000
/** As for a Dockerfile of a build. */
const largestFile = 1_048_576

const passedBy = new Set(['node_modules', 'loadline-report', 'vendor'])

/**
 * The files of the named paths that can be audited, and a way to open others beside them. A directory is walked without hidden directories and without following linked ones;
 * a linked file that leads out of it is refused. Throws `SOURCE`.
 */
export async function auditFiles(
  paths: readonly string[],
): Promise<{ files: AuditFile[]; open: (path: string) => Promise<string | undefined> }> {
  const roots: string[] = []
  const found: AuditFile[] = []
  for (const path of paths) {
    const kind = await kindOfGiven({ path, what: 'path', code: 'SOURCE' })
    if (kind === undefined) refuse(`${path} cannot be read (ENOENT)`, 'Correct the path.')
    const isDirectory = kind === 'directory'
    roots.push(await realpath(isDirectory ? path : dirname(path)))
    const names = isDirectory ? await walk(path) : [path]
    if (found.length + names.length > mostAuditedFiles)
      refuse(
        `${path} has more than ${mostAuditedFiles} files that may be audited`,
        'Name the directories that hold deployments.',
      )
    for (const name of names) found.push({ path: shown(name), text: await readText(name, roots), named: !isDirectory })
  }
  const files = [...new Map(found.map((file) => [file.path, file])).values()]
  return {
    files,
    open: async (path) =>
      (await lstat(path).catch(() => undefined)) === undefined ? undefined : readText(path, roots),
  }
}

async function walk(directory: string): Promise<string[]> {
  const files: string[] = []
  const waiting = [directory]
  let entries = 0
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const entry of (await readdir(current, { withFileTypes: true })).toSorted((left, right) =>
      left.name < right.name ? -1 : 1,
    )) {
      if (++entries > mostEntries)
        refuse(`${directory} has more than ${mostEntries} entries`, 'Name the directories that hold deployments.')
      const path = join(current, entry.name)
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !passedBy.has(entry.name)) waiting.push(path)
      } else if (mayBeAudited(shown(path)) && (entry.isFile() || (await leadsToFile(path)))) files.push(path)
    }
  }
  return files.toSorted()
}

/** Of a link: where it leads is looked at again when it is read. */
async function leadsToFile(path: string): Promise<boolean> {
  const about = await realpath(path).then(lstat, () => undefined)
  return about?.isFile() === true
}

/** Text of a file that lies, links followed, below one of the roots. */
async function readText(path: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    refuse(`${path} cannot be read (${error.code})`, 'Correct the path or the link.'),
  )
  const isInside = roots.some((root) => !relative(root, real).startsWith('..') && !relative(root, real).startsWith(sep))
  if (!isInside) refuse(`${path} leads to ${real}, outside of what is audited`, 'Audit the directory that holds both.')
  const text = await readNamed(real, largestFile).then(String, (error: unknown) =>
    refuse(`${path}:1: it ${(error as Error).message}`, 'Check that this is what you want to audit.'),
  )
  if (/[\0\uFFFD]/.test(text)) refuse(`${path}:1: wanted UTF-8 text, found bytes that are none`, 'Save it as UTF-8.')
  return text
}

function shown(path: string): string {
  return path.split(sep).join('/').replace(/^\.\//, '')
}

function refuse(message: string, hint: string): never {
  throw new DeliveryError('SOURCE', message, hint)
}
