import { posix } from 'node:path'
import { ignoreList, ignoring } from '../ignore-list.ts'
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
  const isIgnored = ignoring(given.texts.get(ignoreList) ?? '')
  // Another repair leaves out the files in which credentials are.
  const isOpen = given.paths.has(`${file.path}${ignoreList}`) || violationsOf(situation, 'secrets').length > 0
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
