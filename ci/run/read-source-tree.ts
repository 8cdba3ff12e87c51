import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'
import { kindOfGiven } from './files/given-file.ts'
import { FileFault } from './files/physical-path.ts'
import { readBelow } from './files/read-file.ts'
import { describes, mostPaths, notSource, worthReading, type SourceTree } from '../../src/scaffold/index.ts'

/**
 * Reads a source directory for a scaffold: the path of every regular file, and the text of those that matter. Links are not followed.
 * Throws `SOURCE` if it is not a directory, cannot be read, or has a link in place of a file that describes the application.
 */
export async function readSourceTree(directory: string): Promise<SourceTree> {
  const root = await kindOfGiven({ path: directory, what: 'source', code: 'SOURCE' })
  if (root !== 'directory')
    throw new DeliveryError(
      'SOURCE',
      `expected a source directory, found ${root === undefined ? 'nothing' : 'a file'} at ${directory}`,
      'Correct the path.',
    )
  const paths: string[] = []
  const texts = new Map<string, string>()
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(join(directory, folder), { withFileTypes: true })
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink() && describes(path))
        throw new DeliveryError(
          'SOURCE',
          `expected a regular file, found a link at ${path}: it may lead outside the source, and an image is built from the source alone`,
          'Replace the link with the file itself.',
        )
      if (entry.isDirectory() && !notSource.has(entry.name)) await visit(path)
      if (entry.isFile()) await take(path)
    }
  }
  const take = async (path: string): Promise<void> => {
    paths.push(path)
    if (paths.length > mostPaths)
      throw new DeliveryError(
        'SOURCE',
        `expected the source of an application, found over ${mostPaths} files`,
        "Give the application's own directory.",
      )
    const limit = worthReading(path)
    if (limit === undefined) return
    const text = await readBelow(directory, path, limit).catch((error: unknown) => {
      if (error instanceof FileFault && error.reason === 'large') return undefined
      throw error
    })
    if (text !== undefined) texts.set(path, text.toString('utf8'))
  }
  try {
    await visit('')
  } catch (error) {
    if (error instanceof DeliveryError) throw error
    throw new DeliveryError(
      'SOURCE',
      `failed to read the source directory ${directory} (${(error as Error).message})`,
      'Correct its permissions.',
      { cause: error },
    )
  }
  return { name: basename(resolve(directory)), paths: paths.sort(), texts }
}
