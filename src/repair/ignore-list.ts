import { posix } from 'node:path'

/** The list of what the build does not see; behind the name of a Dockerfile, that for this one alone. */
export const ignoreList = '.dockerignore'

/** A list with more lines at its end. */
export function withLines(text: string | undefined, lines: readonly string[]): string {
  const newline = text?.includes('\r\n') === true ? '\r\n' : '\n'
  const before = text === undefined || text === '' || text.endsWith('\n') ? (text ?? '') : `${text}${newline}`
  return `${before}${lines.map((line) => `${line}${newline}`).join('')}`
}

/** Whether a list reads a path as this path alone, and not as a pattern, a remark or an exception. */
export function isPlainLine(path: string): boolean {
  return path === path.trim() && !/^[!#]|[*?[\]\\\p{Cc}]/u.test(path)
}

/** In one pattern. */
const mostWildcards = 3

/** In characters: a path that is longer is taken to be seen. Trying a pattern takes the cube of that. */
const longest = 300

/** Tells of a path of the source whether the build does not see it, by a .dockerignore; undefined if a pattern is not simple. */
export function ignoring(text: string): ((path: string) => boolean) | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  // With more wildcards than people write, a pattern can be tried for hours.
  if (lines.some((line) => /[[\]\\]/.test(line) || (line.match(/\*\*?|\?/g) ?? []).length > mostWildcards))
    return undefined
  const patterns = lines.map((line) => ({ without: !line.startsWith('!'), form: formOf(line.replace(/^!\s*/, '')) }))
  return (path) => path.length <= longest && (patterns.findLast(({ form }) => form.test(path))?.without ?? false)
}

/** What a pattern matches: a path, and everything below it. */
function formOf(pattern: string): RegExp {
  const parts = posix
    .normalize(`/${pattern}`)
    .slice(1)
    .replace(/\/$/, '')
    .split(/(\*\*\/|\*\*|\*|\?)/)
  return new RegExp(
    `^${parts.map((part) => wildcards.get(part) ?? part.replaceAll(/[.+^${}()|]/g, '\\$&')).join('')}(/.*)?$`,
  )
}

const wildcards = new Map([
  ['**/', '(.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
])
