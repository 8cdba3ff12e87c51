import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { DeliveryError } from '../../src/model/errors.ts'

/** A file of a scaffold beside what lies in its place. */
export interface ComparedFile {
  path: string
  state: 'new' | 'unchanged' | 'changed'
  /** Unified diff from what is there to what would be; empty where it is unchanged. */
  diff: string
}

/** Compares files with a directory. Throws `SOURCE` where one would be written through a link, or where something other than a file is. */
export async function compareFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<ComparedFile[]> {
  return Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      await refuseLinks(directory, path)
      const existing = await readFile(join(directory, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw new DeliveryError(
          'SOURCE',
          `wanted a file or nothing at ${path}, and it cannot be read (${error.code})`,
          'Move what is there out of the way.',
          { cause: error },
        )
      })
      const state = existing === undefined ? 'new' : existing === text ? 'unchanged' : 'changed'
      return {
        path,
        state,
        diff:
          state === 'unchanged'
            ? ''
            : createTwoFilesPatch(
                existing === undefined ? '/dev/null' : `a/${path}`,
                `b/${path}`,
                existing ?? '',
                text,
                undefined,
                undefined,
                { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } },
              ),
      }
    }),
  )
}

async function refuseLinks(directory: string, path: string): Promise<void> {
  const segments = path.split('/')
  for (let length = 1; length <= segments.length; length += 1) {
    const part = segments.slice(0, length).join('/')
    const found = await lstat(join(directory, part)).catch(() => undefined)
    if (found?.isSymbolicLink() === true)
      throw new DeliveryError(
        'SOURCE',
        `wanted to write ${path}, found a link at ${part}: it may lead out of the directory`,
        'Remove the link.',
      )
  }
}
