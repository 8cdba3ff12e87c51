import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'

/** Writes files: all of them beside their places, and only then each to its place. Where one cannot be written, none is. Throws `REPORT` then, and calls them `what`. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
  what: 'the reports' | 'the scaffold' | 'the record',
): Promise<void> {
  const paths = Object.keys(files).map((name) => join(directory, name))
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(`${path}.part`, text)
    }
    for (const path of paths) await rename(`${path}.part`, path)
  } catch (error) {
    await Promise.all(paths.map((path) => rm(`${path}.part`, { force: true }).catch(() => undefined)))
    throw new DeliveryError(
      'REPORT',
      `${what} cannot be written to ${directory} (${(error as Error).message})`,
      'Give a directory that can be written with --output, and check that the disk has room.',
      { cause: error },
    )
  }
}
