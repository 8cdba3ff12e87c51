import { lstat, readdir, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import {
  beginsAsManifest,
  binaryFault,
  isOfPeople,
  mayBeManifest,
  mayStartContainers,
  oddlyNamed,
  treatmentOf,
  wordsIn,
  type AuditFile,
} from '../../src/audit/index.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { kindOfGiven } from './files/given-file.ts'
import { partsOfNamed, readNamed, startOfListed } from './files/read-file.ts'
import { FileFault } from './files/physical-path.ts'

/** Limits: directory entries listed, files read, and their total size. */
const mostEntries = 1_000_000
const mostFiles = 50_000
const mostBytes = 512 * 1_048_576
/** A larger file was written by a program: a lock file, a dump. Only its words are read, for as many bytes of all such files as the last number says. */
const largestFile = 16 * 1_048_576
const mostOfLarge = 2_147_483_648
/** Files whose names say nothing and that are looked at, and how large those are at most. */
const mostLooked = 20_000
const [startLooked, largestLooked] = [8_192, 1_048_576]
/** How a larger file is read. Words at the end of a part are at the start of the next one as well. */
const inParts = { part: 1_048_576, repeated: 4_096 }

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
  const left = { bytes: mostOfLarge }
  let [bytes, looked] = [0, 0]
  for (const path of paths) {
    const kind = await kindOfGiven({ path, what: 'path', code: 'SOURCE' })
    if (kind === undefined) refuse(`${path} cannot be read (ENOENT)`, 'Correct the path.')
    const named = kind !== 'directory'
    roots.push(await realpath(named ? dirname(path) : path))
    const walked = named ? { files: [path], skipped: [] } : await walk(path, roots)
    passedOver.push(...walked.skipped)
    for (const name of walked.files) {
      const below = named ? undefined : shown(relative(path, name))
      const treatment = below === undefined ? 'read' : treatmentOf(below)
      if (treatment === 'look') {
        if (++looked > mostLooked) continue
        if (await isManifest(name)) passedOver.push({ path: shown(name), reason: oddlyNamed })
        continue
      }
      const reason = typeof treatment === 'object' ? treatment.skipped : undefined
      const read =
        reason === undefined
          ? await readText(name, roots, left).catch(asFault)
          : new DeliveryError('SOURCE', reason, '')
      if (read instanceof DeliveryError) {
        if (named) throw read
        passedOver.push({ path: shown(name), reason: reason ?? read.message.replace(`${name}:1: `, '') })
        continue
      }
      if (named && read.fault !== undefined) refuseFault(path, read.fault.reason)
      const { size, ...content } = read
      bytes += size
      if (found.size >= mostFiles || bytes > mostBytes)
        refuse(
          `expected at most ${mostFiles} files and 512 MiB to audit, found more in ${path}`,
          'Name the directories that have the deployments.',
        )
      if (found.get(shown(name))?.named !== true)
        found.set(shown(name), { path: shown(name), ...content, named, below })
    }
  }
  if (looked > mostLooked)
    passedOver.push({
      path: paths.join(', '),
      reason: `${looked - mostLooked} files whose names do not say what they are: nobody looked whether they are manifests`,
    })
  return {
    files: [...found.values()],
    roots,
    passedOver,
    open: async (path) => {
      if ((await lstat(path).catch(() => undefined)) === undefined) return undefined
      const { fault, text } = await readText(path, roots, { bytes: 0 })
      return fault === undefined ? text : refuseFault(path, fault.reason)
    },
  }
}

function asFault(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  throw error
}

/** The files of a directory that may be audited, and what there is not read, with the reason. */
async function walk(
  directory: string,
  roots: readonly string[],
): Promise<{ files: string[]; skipped: AuditFiles['passedOver'] }> {
  const files: string[] = []
  const skipped: AuditFiles['passedOver'] = []
  const waiting = [directory]
  let entries = 0
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const listed = await readdir(current, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      skipped.push({ path: shown(current), reason: `a directory that cannot be listed (${error.code})` })
      return []
    })
    for (const entry of listed) {
      if (++entries > mostEntries)
        refuse(
          `expected at most ${mostEntries} entries in ${directory}, found more`,
          'Name the directories that have the deployments.',
        )
      const path = join(current, entry.name)
      if (entry.isDirectory()) {
        if (isWalked(entry.name)) waiting.push(path)
        continue
      }
      const kind = entry.isFile() ? 'file' : await kindOfEntry(path, roots)
      const treatment = treatmentOf(shown(relative(directory, path)))
      const isWanted =
        kind === directoryOutside
          ? isWalked(entry.name)
          : treatment !== undefined && (treatment !== 'look' || entry.isFile())
      if (!isWanted || kind === 'directory') continue
      if (kind === 'file') files.push(path)
      else skipped.push({ path: shown(path), reason: kind })
    }
  }
  return { files: files.toSorted(), skipped }
}

function isWalked(name: string): boolean {
  return (!name.startsWith('.') || isOfPeople(name)) && !passedBy.has(name)
}

const directoryOutside = 'a link to a directory outside the audited paths: name it to have it judged'

/** What an entry that is neither a file nor a directory is; the target of a link is checked again when it is read. */
async function kindOfEntry(path: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) return 'a link that leads nowhere'
  const about = await lstat(real)
  if (about.isFile()) return 'file'
  if (!about.isDirectory()) return 'neither a file nor a directory'
  return isInside(real, roots) ? 'directory' : directoryOutside
}

function isInside(real: string, roots: readonly string[]): boolean {
  return roots.some((root) => !relative(root, real).startsWith('..') && !relative(root, real).startsWith(sep))
}

/**
 * The text of a file that is, with links followed, below one of the roots; for one that is not text or too large, why.
 * The size counts towards the limit; a file that is too large has one of its own.
 */
async function readText(
  path: string,
  roots: readonly string[],
  left: { bytes: number },
): Promise<Pick<AuditFile, 'text' | 'fault'> & { size: number }> {
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) =>
    refuse(`${path} cannot be read (${error.code})`, 'Correct the path or the link.'),
  )
  if (!isInside(real, roots))
    refuse(`${path} leads to ${real}, outside the audited paths`, 'Audit a directory that contains both.')
  const bytes = await readNamed(real, largestFile).catch(async (error: unknown) => {
    if (error instanceof FileFault && error.reason === 'large')
      return { reason: `it ${error.message}`, mayStart: await mayStart(real, left) }
    return refuse(`${path}:1: it ${(error as Error).message}`, 'Check that this is what you want to audit.')
  })
  if (!Buffer.isBuffer(bytes)) return { text: '', fault: bytes, size: 0 }
  const text = decoded(bytes, path)
  return { ...(text.includes('\0') ? { text: '', fault: binaryFault(text) } : { text }), size: bytes.length }
}

/** Whether a file that is too large may start containers, by its words; one that nobody reads to its end may. */
async function mayStart(path: string, left: { bytes: number }): Promise<boolean> {
  const words = new Set<string>()
  let last = inParts.part
  for await (const part of partsOfNamed(path, { ...inParts, most: left.bytes })) {
    // Two bytes a character, as in UTF-16, are one without the zeros.
    for (const word of wordsIn(part.toString('latin1').replaceAll('\0', ''))) words.add(word)
    left.bytes -= part.length
    last = part.length
  }
  return last === inParts.part || mayStartContainers(words)
}

/** Whether a file that is not called like one is a manifest. Most are told from the start. */
async function isManifest(path: string): Promise<boolean> {
  const start = startOfListed(path, startLooked)
  if (start.length < startLooked || !mayBeManifest(start.toString())) return beginsAsManifest(start.toString())
  const bytes = await readNamed(path, largestLooked).catch(() => Buffer.alloc(0))
  return beginsAsManifest(bytes.toString())
}

/** YAML may be UTF-16 with a byte order mark, for Kubernetes and Compose as well; a Dockerfile may not. */
function decoded(bytes: Buffer, path: string): string {
  const [first, second] = bytes
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (!isUtf16 || !/\.(ya?ml|json)$/i.test(path)) return bytes.toString('utf8')
  return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
}

function shown(path: string): string {
  return path.split(sep).join('/').replace(/^\.\//, '')
}

function refuseFault(path: string, fault: string): never {
  return refuse(`${path}:1: ${fault}`, 'Check that this is what you want to audit, and save it as UTF-8.')
}

function refuse(message: string, hint: string): never {
  throw new DeliveryError('SOURCE', message, hint)
}
