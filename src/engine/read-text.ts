import type { Directory, File } from '@dagger.io/dagger'
import { DeliveryError, type ErrorCode } from '../model/errors.ts'
import { mostBytes } from './read-output.ts'

/**
 * The text of a file that somebody gave to the engine, of at most `most` bytes. `path` is what an error calls it.
 * Throws the code with the limit where it is larger, and then nothing of it is read.
 */
export async function contentsOf(file: File, path: string, most: number, code: ErrorCode = 'USAGE'): Promise<string> {
  requireSize(await file.size(), path, Math.min(most, mostBytes), code)
  return file.contents()
}

/**
 * The text of a file of a source directory, of at most `most` bytes; undefined where there is none.
 * Throws the code where it is larger, or is no UTF-8.
 */
export async function readText(
  directory: Directory,
  path: string,
  most: number,
  code: ErrorCode = 'SOURCE',
): Promise<string | undefined> {
  if (!(await directory.exists(path))) return undefined
  return requireText(await contentsOf(directory.file(path), path, most, code), path, code)
}

/** Throws where a file has more bytes than are read of it. */
export function requireSize(size: number, path: string, most: number, code: ErrorCode): void {
  if (size > most)
    throw new DeliveryError(
      code,
      `${path} has ${size} bytes; at most ${most} are read`,
      'Check that this is the file that is meant.',
    )
}

/** The text, if it is one: the engine puts a sign of its own in the place of bytes that are no UTF-8. Throws the code with the line where there is one. */
export function requireText(text: string, path: string, code: ErrorCode): string {
  const at = text.search(/[\0\uFFFD]/)
  if (at < 0) return text
  const line = text.slice(0, at).split('\n').length
  throw new DeliveryError(code, `${path} is not UTF-8 text (line ${line})`, 'Save it as UTF-8.')
}
