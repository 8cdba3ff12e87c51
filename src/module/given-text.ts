import type { File } from '@dagger.io/dagger'
import { contentsOf } from '../engine/read-text.ts'
import { limits } from '../model/limits.ts'

/** A file that the caller gave, as its name and its text, where it is there: a report or a list, which may be long. Throws `USAGE` where it is longer still. */
export async function givenTextIfAny(file: File | undefined): Promise<{ path: string; text: string } | undefined> {
  return file === undefined ? undefined : givenText(file, limits.report)
}

/** A file that the caller gave, as its name and its text. Throws `USAGE` where it has more than `most` bytes. */
export async function givenText(file: File, most: number = limits.written): Promise<{ path: string; text: string }> {
  const path = await file.name()
  return { path, text: await contentsOf(file, path, most) }
}
