import { createHash } from 'node:crypto'
import { readFile, readdir, readlink, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../src/model/canonical-json.ts'

/** What a step's result depends on: names with JSON values. */
export type KeyInputs = Record<string, unknown>

/**
 * The content key of a step: SHA-256 over its inputs, in 32 hexadecimal digits. Equal inputs give equal keys, in
 * whatever order their names were written; `undefined` counts as absent.
 */
export function contentKey(inputs: KeyInputs): string {
  return createHash('sha256').update(canonicalJson(inputs)).digest('hex').slice(0, 32)
}

/**
 * A digest over every regular file and link below a directory: relative path, executable bit and bytes, sorted by path.
 * Times and owners do not count. `node_modules` and dot files are left out.
 */
export async function directoryDigest(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const path of await filesBelow(directory)) {
    const absolute = join(directory, path)
    const entry = await lstat(absolute)
    const content = entry.isSymbolicLink() ? Buffer.from(await readlink(absolute)) : await readFile(absolute)
    const kind = entry.isSymbolicLink() ? 'link' : entry.mode & 0o100 ? 'program' : 'file'
    hash.update(`${kind} ${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** SHA-256 of a file's bytes, for inputs that are single files. */
export async function fileDigest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

/** Relative paths of the files and links below a directory, sorted by code unit, without `node_modules` and dot files. */
export async function filesBelow(directory: string, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(directory, prefix), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(directory, path)))
    else if (entry.isFile() || entry.isSymbolicLink()) found.push(path)
  }
  return prefix === '' ? found.sort() : found
}
