import { realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { DeliveryError } from '../../src/model/errors.ts'
import { FileFault, isWithin } from './files/physical-path.ts'
import { limits, readBelow } from './files/read-file.ts'

/** A scaffold file compared with what is in its place. */
export interface ComparedFile {
  path: string
  /** `filled`: only what it leaves to a release or an administrator was filled in. */
  state: 'new' | 'unchanged' | 'filled' | 'changed'
  /** Unified diff from the existing to the new content; empty if there is nothing to write. */
  diff: string
}

/** Whether an existing file is the new one with what it leaves to people filled in. */
type IsFilled = (path: string, existing: string, text: string) => boolean

/** Compares files with a directory. Throws `SOURCE` if one would be written through a link, or in place of something other than a file. */
export async function compareFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
  isFilled: IsFilled = () => false,
  read: (directory: string, path: string) => Promise<string | undefined> = existingText,
): Promise<ComparedFile[]> {
  return Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      const existing = await read(directory, path)
      const state = stateOf(path, existing, text, isFilled)
      return {
        path,
        state,
        diff:
          state === 'unchanged' || state === 'filled'
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

function stateOf(path: string, existing: string | undefined, text: string, isFilled: IsFilled): ComparedFile['state'] {
  if (existing === undefined) return 'new'
  if (existing === text) return 'unchanged'
  return isFilled(path, existing, text) ? 'filled' : 'changed'
}

/** What is in the place of a file; links are not followed, because they may lead outside the directory. */
async function existingText(directory: string, path: string): Promise<string | undefined> {
  try {
    return (await readBelow(directory, path, limits.listed)).toString('utf8')
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    if (error.reason === 'absent') return undefined
    if (error.link !== undefined)
      throw new DeliveryError(
        'SOURCE',
        `cannot write ${path}: found a link at ${error.link}, which may lead outside the directory`,
        'Remove the link.',
        { cause: error },
      )
    throw new DeliveryError(
      'SOURCE',
      `expected a file or nothing at ${path}, but it ${error.message}`,
      'Move it out of the way.',
      { cause: error },
    )
  }
}

/** What is in the place of a file, also at the end of a link within the directory: to show it, not to write there. */
export async function shownText(directory: string, path: string): Promise<string | undefined> {
  const [root, whole] = await Promise.all(
    [directory, join(directory, path)].map((one) => realpath(one).catch(() => one)),
  )
  return root !== undefined && whole !== undefined && isWithin(root, whole)
    ? existingText(root, relative(root, whole))
    : undefined
}
