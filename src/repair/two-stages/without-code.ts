import { outermost } from '../placed-paths.ts'
import { isPlainPath } from '../repair.ts'

/** What there is when an application is compiled. */
interface Compiled {
  /** The directories and files of the image in which the source's files are. */
  places: readonly string[]
  /** The source's files. */
  sources: ReadonlySet<string>
  /** Names of what only a compiler reads; `*` stands for any part of one. */
  code: readonly string[]
  /** What the build makes elsewhere. */
  programs?: readonly string[]
  /** What it makes and nothing else reads. */
  intermediates?: readonly string[]
}

/** What a compiled application takes to an image without its compiler. */
interface Taken {
  copies: Array<readonly [from: string, to: string]>
  /** Commands that remove what only the compiler reads, where it was compiled. */
  removes: string[]
  /** What these remove, for people. */
  without: string
}

/**
 * The application's directories as the build leaves them, without the code that the source has: what a RUN makes or moves
 * there comes as well. Undefined if a path would need quotes.
 */
export function withoutCode({ places, sources, code, programs = [], intermediates = [] }: Compiled): Taken | undefined {
  const names = code.filter((name) => [...sources].some((path) => formOf(name).test(path)))
  const kept = places.filter((path) => !names.some((name) => formOf(name).test(path)))
  const paths = outermost([...kept, ...programs])
  if (![...kept, ...paths, ...intermediates].every(isPlainPath)) return undefined
  const tests = names.map((name) => `-name ${name.includes('*') ? `"${name}"` : name}`)
  const found = tests.length > 1 ? `\\( ${tests.join(' -o ')} \\)` : tests.join('')
  return {
    copies: paths.map((path) => [path, path] as const),
    removes: [
      ...(kept.length === 0 || names.length === 0 ? [] : [`find ${kept.join(' ')} -type f ${found} -delete`]),
      ...(intermediates.length === 0 ? [] : [`rm -rf ${intermediates.join(' ')}`]),
    ],
    without: [...names, ...intermediates].join(', '),
  }
}

function formOf(name: string): RegExp {
  return new RegExp(`(^|/)${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
}
