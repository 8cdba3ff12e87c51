import { lstat, readdir, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { isOfPeople, treatmentOf, type AuditFile } from '../../src/audit/index.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { kindOfGiven } from './files/given-file.ts'
import { readNamed } from './files/read-file.ts'

/** Limits: directory entries listed, files read, and their total size. */
const mostEntries = 1_000_000
const mostFiles = 50_000
const mostBytes = 512 * 1_048_576
/** A larger file was written by a program: a lock file, a dump. */
const largestFile = 16 * 1_048_576

const passedBy = new Set(['node_modules', 'loadline-report', 'vendor'])

/** What the audit sees of the file system. */
export interface AuditFiles {
  files: AuditFile[]
  /** The named directories, and those of named files; links are followed. */
  roots: string[]
  /** Files in directories that are not read, and why. */
  passedOver: Array<{ path: string; reason: string }>
  /** Another file that those name; undefined if there is none. Throws `SOURCE` if it leads outside the audited paths. */
  open: (path: string) => Promise<string | undefined>
}

/**
 * The files of the named paths that can be audited. A directory is walked without following linked ones; what of it cannot be read is passed over, with the reason, and so is a
 * Dockerfile or a compose file in a hidden directory. A file that was named is read or refused. Throws `SOURCE`.
 */
export async function auditFiles(paths: readonly string[]): Promise<AuditFiles> {
  const roots: string[] = []
  const found = new Map<string, AuditFile>()
  const passedOver: AuditFiles['passedOver'] = []
  let bytes = 0
  for (const path of paths) {
    const kind = await kindOfGiven({ path, what: 'path', code: 'SOURCE' })
    if (kind === undefined) refuse(`${path} cannot be read (ENOENT)`, 'Correct the path.')
    const named = kind !== 'directory'
    roots.push(await realpath(named ? dirname(path) : path))
    for (const name of named ? [path] : await walk(path)) {
      const below = named ? undefined : shown(relative(path, name))
      const treatment = below === undefined ? 'read' : treatmentOf(below)
      const reason = typeof treatment === 'object' ? treatment.skipped : undefined
      const text =
        reason === undefined ? await readText(name, roots).catch(asFault) : new DeliveryError('SOURCE', reason, '')
      if (text instanceof DeliveryError) {
        if (named) throw text
        passedOver.push({ path: shown(name), reason: reason ?? text.message.replace(`${name}:1: `, '') })
        continue
      }
      bytes += text.length
      if (found.size >= mostFiles || bytes > mostBytes)
        refuse(
          `expected at most ${mostFiles} files and 512 MiB to audit, found more in ${path}`,
          'Name the directories that have the deployments.',
        )
      if (found.get(shown(name))?.named !== true) found.set(shown(name), { path: shown(name), text, named, below })
    }
  }
  return {
    files: [...found.values()],
    roots,
    passedOver,
    open: async (path) =>
      (await lstat(path).catch(() => undefined)) === undefined ? undefined : readText(path, roots),
  }
}

function asFault(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  throw error
}

async function walk(directory: string): Promise<string[]> {
  const files: string[] = []
  const waiting = [directory]
  let entries = 0
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const entry of await readdir(current, { withFileTypes: true }).catch(() => [])) {
      if (++entries > mostEntries)
        refuse(
          `expected at most ${mostEntries} entries in ${directory}, found more`,
          'Name the directories that have the deployments.',
        )
      const path = join(current, entry.name)
      if (entry.isDirectory()) {
        if ((!entry.name.startsWith('.') || isOfPeople(entry.name)) && !passedBy.has(entry.name)) waiting.push(path)
        continue
      }
      if (treatmentOf(shown(relative(directory, path))) === undefined) continue
      if (entry.isFile() || (await leadsToFile(path))) files.push(path)
    }
  }
  return files.toSorted()
}

/** For a link; its target is checked again when it is read. */
async function leadsToFile(path: string): Promise<boolean> {
  const about = await realpath(path).then(lstat, () => undefined)
  return about?.isFile() === true
}

/** The text of a file that is, with links followed, below one of the roots. */
async function readText(path: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    refuse(`${path} cannot be read (${error.code})`, 'Correct the path or the link.'),
  )
  const isInside = roots.some((root) => !relative(root, real).startsWith('..') && !relative(root, real).startsWith(sep))
  if (!isInside) refuse(`${path} leads to ${real}, outside the audited paths`, 'Audit a directory that contains both.')
  const text = await readNamed(real, largestFile).then(String, (error: unknown) =>
    refuse(`${path}:1: it ${(error as Error).message}`, 'Check that this is what you want to audit.'),
  )
  if (text.includes('\0')) refuse(`${path}:1: expected text, found binary data`, 'Save it as UTF-8.')
  return text
}

function shown(path: string): string {
  return path.split(sep).join('/').replace(/^\.\//, '')
}

function refuse(message: string, hint: string): never {
  throw new DeliveryError('SOURCE', message, hint)
}
