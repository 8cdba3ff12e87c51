import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { Digest } from '../../src/model/index.ts'
import { readNamed } from './files/read-file.ts'

/** The digest of a stream, which is never whole in memory. */
export async function digestOfStream(stream: Readable): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece as Uint8Array)
  return `sha256:${hash.digest('hex')}`
}

/** The digest of a regular file; undefined if there is none. A pipe or a device has no end. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  const about = await stat(path).catch(() => undefined)
  return about?.isFile() ? digestOfStream(createReadStream(path)) : undefined
}

/** A file that was made here before, and whether it still matches the digest that was recorded then. */
export type Kept = { digest: Digest } | { fault: 'missing' | 'changed' }

/**
 * Reads a whole kept file and compares its digest, because its name does not prove its content. The digest is kept
 * beside the file, so this detects damage, but not an attacker who writes both.
 */
export async function lookAtKept(path: string): Promise<Kept> {
  const [digest, noted] = await Promise.all([digestOfFile(path), notedDigest(path)])
  if (digest === undefined) return { fault: 'missing' }
  return digest === noted ? { digest } : { fault: 'changed' }
}

/** Makes a file to keep, with its digest beside it, and returns the digest. A file gets its name only once it is complete. */
export async function keepFile(path: string, make: (unfinished: string) => Promise<unknown>): Promise<Digest> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  const note = `${unfinished}.sha256`
  try {
    await make(unfinished)
    const digest = await digestOfFile(unfinished)
    if (digest === undefined) throw new TypeError(`${unfinished} was not made`)
    await writeFile(note, digest)
    await rename(unfinished, path)
    await rename(note, noteOf(path))
    return digest
  } finally {
    await Promise.all([unfinished, note].map((one) => rm(one, { force: true })))
  }
}

function noteOf(path: string): string {
  return `${path}.sha256`
}

async function notedDigest(path: string): Promise<Digest | undefined> {
  const note = await readNamed(noteOf(path), 100).catch(() => undefined)
  return Digest.safeParse(note?.toString('utf8')).data
}
