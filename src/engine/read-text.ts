import type { Directory, File } from '@dagger.io/dagger'
import { DeliveryError, type ErrorCode } from '../model/errors.ts'
import { mostBytes } from './read-output.ts'

/**
 * The text of a file given to the engine, of at most `most` bytes. `path` is its name in errors.
 * Throws the code with the limit if it is larger, without reading any of it.
 */
export async function contentsOf(file: File, path: string, most: number, code: ErrorCode = 'USAGE'): Promise<string> {
  requireSize(await file.size(), path, Math.min(most, mostBytes), code)
  return file.contents()
}

/**
 * The text of a file in a source directory, of at most `most` bytes; undefined if there is none.
 * Throws the code if it is larger, or is not UTF-8.
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

/** Throws if a file is larger than the limit. */
export function requireSize(size: number, path: string, most: number, code: ErrorCode): void {
  if (size > most)
    throw new DeliveryError(
      code,
      `${path} has ${size} bytes, over the limit of ${most}`,
      'Check that this is the file you mean.',
    )
}

/**
 * The text, if it is valid: the engine puts a replacement character in place of bytes that are not UTF-8. Throws the
 * code with the line of the first one.
 */
export function requireText(text: string, path: string, code: ErrorCode): string {
  const at = text.search(/[\0\uFFFD]/)
  if (at < 0) return text
  const line = text.slice(0, at).split('\n').length
  throw new DeliveryError(code, `${path} is not UTF-8 text (line ${line})`, 'Save it as UTF-8.')
}
