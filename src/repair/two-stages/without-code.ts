import { outermost } from '../placed-paths.ts'
import { isPlainPath } from '../repair.ts'

/** What a compiled application takes to an image without its compiler. */
interface Taken {
  copies: Array<readonly [from: string, to: string]>
  /** Commands that remove what only the compiler reads, where it was compiled. */
  removes: string[]
  /** What these remove, for people. */
  without: string
}

/**
 * The application's directories as the build leaves them, without the code: what a RUN makes or moves there comes as well.
 * `code` has the names of what only a compiler reads, and `programs` what the build makes elsewhere. Undefined if a path
 * would need quotes.
 */
export function withoutCode(
  { places }: { places: readonly string[] },
  code: readonly string[],
  programs: readonly string[],
  intermediate: readonly string[] = [],
): Taken | undefined {
  const forms = code.map((name) => new RegExp(`/${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`))
  const kept = places.filter((path) => !forms.some((form) => form.test(path)))
  const paths = outermost([...kept, ...programs])
  if (![...paths, ...intermediate].every(isPlainPath)) return undefined
  const names = code.map((name) => `-name ${name.includes('*') ? `"${name}"` : name}`)
  return {
    copies: paths.map((path) => [path, path] as const),
    removes: [
      ...(kept.length === 0 ? [] : [`find ${kept.join(' ')} -type f \\( ${names.join(' -o ')} \\) -delete`]),
      ...(intermediate.length === 0 ? [] : [`rm -rf ${intermediate.join(' ')}`]),
    ],
    without: [...code, ...intermediate].join(', '),
  }
}
