import { posix } from 'node:path'
import type { Copied } from '../placed-paths.ts'
import { violationsOf, type Situation } from '../repair.ts'

/** Files about the project, which no program reads. */
const aboutProject =
  /(^|\/)(\.(git(ignore|attributes|modules)|dockerignore)|Makefile|LICENSE(\.\w+)?|NOTICE|CODEOWNERS|([^/]+\.)?Dockerfile(\.[^/]*)?|(docker-)?compose(\.\w+)?\.ya?ml|loadline(\.\w+)?\.ya?ml|loadline\.lock\.json|structure-test\.yaml|Jenkinsfile)$/

/**
 * The files and directories that are in `/` because something was copied there, without those about the project.
 * Undefined if it is unknown which of the source's files the build sees, or will see: nothing can copy what is missing.
 */
export function rootEntries(situation: Situation, { source, files }: Copied): string[] | undefined {
  const { file, source: given } = situation
  const isIgnored = ignoring(given.texts.get('.dockerignore') ?? '')
  // Another repair leaves out the files in which credentials are.
  const isOpen = given.paths.has(`${file.path}.dockerignore`) || violationsOf(situation, 'secrets').length > 0
  if (isIgnored === undefined || isOpen) return undefined
  const seen = files.filter((path) => path !== file.path)
  const entryOf = (path: string) => path.slice(source === '' ? 0 : source.length + 1).split('/')[0] ?? ''
  // The base has this one, and its content is not kept.
  if (seen.some((path) => entryOf(path) === 'tmp')) return undefined
  const isThere = (path: string) => !isIgnored(path) || !isIgnored(posix.join(source, entryOf(path)))
  const there = new Set(seen.filter(isThere).map(entryOf))
  return [...there]
    .filter((entry) => !aboutProject.test(entry) || !given.paths.has(posix.join(source, entry)))
    .map((entry) => `/${entry}`)
}

/** In one pattern. */
const mostWildcards = 3

/** Tells of a path of the source whether the build does not see it, by a .dockerignore; undefined if a pattern is not simple. */
export function ignoring(text: string): ((path: string) => boolean) | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  // With more wildcards than people write, a pattern can be tried for hours.
  if (lines.some((line) => /[[\]\\]/.test(line) || (line.match(/\*+|\?/g) ?? []).length > mostWildcards))
    return undefined
  const patterns = lines.map((line) => ({ without: !line.startsWith('!'), form: formOf(line.replace(/^!\s*/, '')) }))
  return (path) => patterns.findLast(({ form }) => form.test(path))?.without ?? false
}

/** What a pattern matches: a path, and everything below it. */
function formOf(pattern: string): RegExp {
  const parts = posix
    .normalize(`/${pattern}`)
    .slice(1)
    .replace(/\/$/, '')
    .split(/(\*\*\/|\*\*|\*|\?)/)
  const wild: Readonly<Record<string, string>> = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' }
  return new RegExp(`^${parts.map((part) => wild[part] ?? part.replaceAll(/[.+^${}()|]/g, '\\$&')).join('')}(/.*)?$`)
}
