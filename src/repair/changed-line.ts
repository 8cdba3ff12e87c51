import { posix } from 'node:path'
import type { Situation } from './repair.ts'

/** A comment at the end of a file of code: the smallest change that a person makes. */
export interface ChangedLine {
  path: string
  /** What starts a comment there. */
  comment: string
}

const comments: Readonly<Record<string, string>> = {
  '.py': '#',
  '.rb': '#',
  '.go': '//',
  '.js': '//',
  '.mjs': '//',
  '.cjs': '//',
  '.ts': '//',
  '.rs': '//',
  '.java': '//',
  '.kt': '//',
  '.cs': '//',
}

/** Files that are not, or seldom, part of the application. */
const beside =
  /(^|\/)(tests?|spec|docs?|examples?|scripts|migrations|vendor|deploy)\/|(^|\/)(test_|conftest|setup\.py)|[._](test|spec|config)\.\w+$|^\.|\/\./

/**
 * A file of the application's own code, the one that it is started with if its name is among the words of the command.
 * Undefined if the source has none in a language that is known here.
 */
export function changedLine({ source, image }: Pick<Situation, 'source' | 'image'>): ChangedLine | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  const words = [...entrypoint, ...cmd].flatMap((word) => word.split(/[\s:]+/))
  const names = new Set(
    words.flatMap((word) => [posix.basename(word), `${word.split('.').at(-1)}.py`, `${word.split('.')[0]}.py`]),
  )
  const rank = (path: string) => [
    beside.test(path) ? 1 : 0,
    names.has(posix.basename(path)) ? 0 : 1,
    /^(main|app|server|index|manage)\.\w+$/.test(posix.basename(path)) ? 0 : 1,
    path.split('/').length,
  ]
  const [path] = [...source.paths]
    .filter((one) => Object.hasOwn(comments, posix.extname(one)))
    .toSorted((left, right) => compare(rank(left), rank(right)) || (left < right ? -1 : 1))
  const comment = path === undefined ? undefined : comments[posix.extname(path)]
  return path === undefined || comment === undefined ? undefined : { path, comment }
}

function compare(left: readonly number[], right: readonly number[]): number {
  return left.map((one, index) => one - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0
}
