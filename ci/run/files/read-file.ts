import { constants, lstatSync, type Stats } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { FileFault, faultOf, pathBelow, physicalPath } from './physical-path.ts'

export { limits } from '../../../src/model/limits.ts'

/** Reads a file that the user named; links to it are followed as `physicalPath` says. Throws `FileFault`. */
export async function readNamed(path: string, most: number): Promise<Buffer> {
  return readRegular(await physicalPath(path), most)
}

/** The first bytes of a file that the user named, however large it is. Throws `FileFault`. */
export async function readStart(path: string, bytes: number): Promise<Buffer> {
  return readRegular(await physicalPath(path), bytes, 'start')
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

/**
 * Reads a regular file at a path without links. Nothing else is even opened: opening a pipe blocks, and opening a
 * device can have effects.
 */
async function readRegular(path: string, most: number, part: 'all' | 'start' = 'all'): Promise<Buffer> {
  let file: FileHandle | undefined
  try {
    const largest = part === 'start' ? Infinity : most
    requireRegular(await lstat(path), largest)
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY)
    const about = await file.stat()
    requireRegular(about, largest)
    if (part === 'all') return await readAll(file, about.size, most)
    const start = Buffer.alloc(most)
    return start.subarray(0, (await file.read(start, 0, most, 0)).bytesRead)
  } catch (error) {
    throw faultOf(error)
  } finally {
    await file?.close()
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
