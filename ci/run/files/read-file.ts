import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { FileFault, faultOf, pathBelow, physicalPath } from './physical-path.ts'

export { limits } from '../../../src/model/limits.ts'

/** A link is not followed, and opening a pipe or a terminal does not wait or take it. */
const withoutEffects = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/** Reads a file that the user named; links to it are followed as `physicalPath` says. Throws `FileFault`. */
export async function readNamed(path: string, most: number): Promise<Buffer> {
  return readRegular(await physicalPath(path), most)
}

/**
 * A file that the user named in parts, at most this much of it; each part repeats the end of the one before it. Throws
 * `FileFault`.
 */
export async function* partsOfNamed(
  path: string,
  sizes: { part: number; repeated: number; most: number },
): AsyncGenerator<Buffer> {
  const { part, repeated, most } = sizes
  const file = await openRegular(await physicalPath(path), Infinity)
  try {
    for (let from = 0, read = part; from < most && read > repeated; from += read - repeated) {
      const bytes = Buffer.allocUnsafe(part)
      read = (await file.read(bytes, 0, part, from)).bytesRead
      yield bytes.subarray(0, read)
    }
  } catch (error) {
    throw faultOf(error)
  } finally {
    await file.close()
  }
}

/** The first bytes of a file that the listing of a directory calls one; none of what is anything else, or cannot be read. */
export function startOfListed(path: string, bytes: number): Buffer {
  let file: number | undefined
  try {
    file = openSync(path, withoutEffects)
    if (!fstatSync(file).isFile()) return Buffer.alloc(0)
    const start = Buffer.alloc(bytes)
    return start.subarray(0, readSync(file, start))
  } catch {
    return Buffer.alloc(0)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Reads a file in a directory that somebody else filled; nothing in it can lead outside. Throws `FileFault`. */
export async function readBelow(root: string, path: string, most: number): Promise<Buffer> {
  return readRegular(await pathBelow(root, path), most)
}

/** What is at a path that the user named, without opening it: undefined if nothing is. Throws `FileFault`. */
export async function kindOfNamed(path: string): Promise<'file' | 'directory' | 'other' | undefined> {
  try {
    const about = await lstat(await physicalPath(path))
    return about.isFile() ? 'file' : about.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    const fault = faultOf(error)
    if (fault.reason === 'absent') return undefined
    throw fault
  }
}

/** Whether a word is the path of anything, links included; for telling words from paths, never for reading. */
export function isThere(word: string): boolean {
  try {
    return lstatSync(word, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

async function readRegular(path: string, most: number): Promise<Buffer> {
  const file = await openRegular(path, most)
  try {
    return await readAll(file, (await file.stat()).size, most)
  } catch (error) {
    throw faultOf(error)
  } finally {
    await file.close()
  }
}

/**
 * Opens a regular file at a path without links. Nothing else is even opened: opening a pipe blocks, and opening a
 * device can have effects.
 */
async function openRegular(path: string, most: number): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    requireRegular(await lstat(path), most)
    file = await open(path, withoutEffects)
    requireRegular(await file.stat(), most)
    return file
  } catch (error) {
    await file?.close()
    throw faultOf(error)
  }
}

/** A file in /proc claims to be empty, and one being written grows: only the bytes read count. */
async function readAll(file: FileHandle, expected: number, most: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let total = 0
  for (;;) {
    const part = Buffer.allocUnsafe(Math.max(65_536, Math.min(expected - total, 8_388_608) + 1))
    const { bytesRead } = await file.read(part, 0, part.length, null)
    if (bytesRead === 0) return Buffer.concat(parts, total)
    total += bytesRead
    if (total > most) throw tooLarge(total, most)
    parts.push(part.subarray(0, bytesRead))
  }
}

function requireRegular(about: Stats, most: number): void {
  if (about.isDirectory()) throw new FileFault('special', 'cannot be read (EISDIR)')
  if (!about.isFile()) throw new FileFault('special', `is ${kindOf(about)}, not a regular file`)
  if (about.size > most) throw tooLarge(about.size, most)
}

function tooLarge(size: number, most: number): FileFault {
  return new FileFault('large', `has ${size} bytes or more, over the limit of ${most}`)
}

function kindOf(about: Stats): string {
  if (about.isSymbolicLink()) return 'a symbolic link'
  if (about.isFIFO()) return 'a named pipe'
  if (about.isSocket()) return 'a socket'
  return 'a device'
}
