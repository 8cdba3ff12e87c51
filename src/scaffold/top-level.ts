import { DeliveryError } from '../model/errors.ts'
import { isTest, notSource, type SourceTree } from './source-tree.ts'

const neverShipped = new Set([
  'build',
  'out',
  'coverage',
  'deploy',
  'docs',
  'doc',
  'examples',
  'scripts',
  'tools',
  '.github',
  'bench',
  'benches',
])

/** The first segment of a path. */
function top(path: string): string {
  return path.split('/')[0] ?? path
}

/** Directories and files at the top of the source that hold code to ship, in order: what the build must read. */
export function codeAtTop(tree: SourceTree, isCode: RegExp): { folders: string[]; files: string[] } {
  const code = tree.paths.filter(
    (path) => isCode.test(path) && !isTest(path) && !neverShipped.has(top(path)) && !notSource.has(top(path)),
  )
  const odd = code.map(top).find((name) => !/^[^\p{Cc}*?[\]\\!#][^\p{Cc}*?[\]\\]*$/u.test(name))
  if (odd !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected names that a .dockerignore file can contain, found ${JSON.stringify(odd)}`,
      'Rename it: no control characters, and none of * ? [ ] \\, nor ! or # at the start.',
    )
  const folders = new Set(code.filter((path) => path.includes('/')).map(top))
  return { folders: [...folders].sort(), files: code.filter((path) => !path.includes('/')).sort() }
}

/** COPY lines for these directories and files, in JSON form if a name needs it. */
export function copyLines({ folders, files }: { folders: readonly string[]; files: readonly string[] }): string {
  const lines = [...folders.map((folder) => [folder, folder]), ...(files.length === 0 ? [] : [[...files, './']])]
  return lines
    .map(
      (names) =>
        `COPY ${names.every((name) => /^[A-Za-z0-9._@+/-]+$/.test(name)) ? names.join(' ') : JSON.stringify(names)}`,
    )
    .join('\n')
}
