import { constants, openSync } from 'node:fs'
import { access, chmod, lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DeliveryError } from '../../../src/model/errors.ts'
import { bytesOf } from '../../../src/model/text-bytes.ts'
import { FileFault, faultOf, pathBelow, physicalPath } from './physical-path.ts'

/** Creates a new file only: anything already at its path, above all a link, is never written through. */
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

type Written = 'the reports' | 'the scaffold' | 'the repair' | 'the record' | 'the lock file' | 'the pins'

/**
 * Writes files: first all of them under temporary names, then each is renamed into place. If one cannot be written,
 * none is. Then throws `REPORT`, naming them as `what`.
 */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
  what: Written,
): Promise<void> {
  const parts: Array<{ path: string; part: string }> = []
  try {
    const root = await makeDirectory(directory)
    for (const [name, content] of Object.entries(files)) {
      const folder = await makeBelow(root, dirname(name))
      const path = join(folder, basename(name))
      parts.push({ path, part: `${path}.part` })
      await writeNew(`${path}.part`, content)
      // A file that only its owner may read stays so.
      const before = await lstat(path).catch(() => undefined)
      if (before?.isFile() === true) await chmod(`${path}.part`, before.mode & 0o777)
    }
    for (const { path, part } of parts) await rename(part, path)
  } catch (error) {
    await Promise.all(parts.map(({ part }) => rm(part, { force: true }).catch(() => undefined)))
    throw unwritten(what, directory, error as Error)
  }
}

/** Throws `REPORT` if nothing could be written to a directory. */
export async function requireWritableFolder(directory: string, what: Written): Promise<void> {
  await access(directory, constants.W_OK).catch((error: Error) => {
    throw unwritten(what, directory, error)
  })
}

/** Says that files cannot be written to a directory, and what to do. */
function unwritten(what: Written, directory: string, error: Error): DeliveryError {
  return new DeliveryError(
    'REPORT',
    `failed to write ${what} to ${directory} (${error.message})`,
    what === 'the repair'
      ? 'Make the directory writable, and check that the disk is not full; without --write the changes are only shown.'
      : 'Give a writable directory with --output, and check that the disk is not full.',
    { cause: error },
  )
}

/** Writes a file into one of our own directories, readable by its owner only. */
export async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  await writeNew(path, content, 0o600)
}

/** Opens a new file for writing and returns its descriptor. Throws if something is already there. */
export function openNew(path: string): number {
  return openSync(path, newFile, 0o666)
}

/**
 * Makes a directory if it does not exist, and returns its path without links. Throws `FileFault` if it is reached
 * through a link that somebody may have committed.
 */
export async function makeDirectory(path: string): Promise<string> {
  const whole = resolve(path)
  try {
    return await physicalPath(whole)
  } catch (error) {
    if (faultOf(error).reason !== 'absent' || dirname(whole) === whole) throw error
  }
  return makeBelow(await makeDirectory(dirname(whole)), basename(whole))
}

async function makeBelow(root: string, path: string): Promise<string> {
  let current = root
  for (const name of path.split('/').filter((segment) => segment !== '' && segment !== '.')) {
    await mkdir(join(current, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    current = await pathBelow(current, name)
    if (!(await lstat(current)).isDirectory()) throw new FileFault('special', `${current} is not a directory`)
  }
  return current
}

async function writeNew(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  // For a link, the link itself.
  await rm(path, { force: true })
  const file = await open(path, newFile, mode)
  try {
    await writeFile(file, typeof content === 'string' ? bytesOf(content) : content)
  } finally {
    await file.close()
  }
}
