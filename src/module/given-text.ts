import type { File } from '@dagger.io/dagger'
import { contentsOf } from '../engine/read-text.ts'
import { limits } from '../model/limits.ts'

/** A file given by the caller, as its name and its text, if given: a report or a list, which may be long. Throws `USAGE` if it is too long. */
export async function givenTextIfAny(file: File | undefined): Promise<{ path: string; text: string } | undefined> {
  return file === undefined ? undefined : givenText(file, limits.report)
}

/** A file given by the caller, as its name and its text. Throws `USAGE` if it has more than `most` bytes. */
export async function givenText(file: File, most: number = limits.written): Promise<{ path: string; text: string }> {
  const path = await file.name()
  return { path, text: await contentsOf(file, path, most) }
}
