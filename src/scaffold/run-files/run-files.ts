import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import type { Language } from '../application.ts'
import { isSecretFile } from '../secret-file.ts'
import type { Code } from '../settings/setting.ts'
import { describes, isTest, notSource, placesIn, plainPath, type SourceTree } from '../source-tree.ts'
import { isNameable } from '../top-level.ts'
import { builtInPaths } from './built-in-paths.ts'
import { namedPaths, type NamedPath } from './named-paths.ts'
import { openReads } from './open-reads.ts'
import type { RunFile } from './run-file.ts'
import { usualPlaces } from './usual-places.ts'
import { viperFiles } from './viper-files.ts'

/** What a program reads from its source while it runs. */
interface RunFiles {
  /** What the image needs in addition to the program. */
  files: readonly RunFile[]
  /** Files in these folders that hold secrets, which no image may have. */
  secrets: readonly string[]
  /** Whether anything is sought where the program was started. */
  fromWorkingDirectory: boolean
  notes: readonly string[]
}

/** Where the source's files are in the image. */
export const runFolder: Readonly<Record<Language, string>> = {
  python: '/app',
  node: '/app',
  java: '/app',
  go: '/srv',
  rust: '/srv',
}

const quotes: Readonly<Record<Language, RegExp>> = {
  python: /["']/,
  node: /["'`]/,
  go: /["`]/,
  java: /"/,
  rust: /"/,
}

/** Code that builds or checks, and does not run. */
const notRun =
  /(?:^|\/)(?:dev|scripts|code-?gen\w*)\/|(?:^|\/)(?:[^/]+\.config\.[cm]?[jt]s|build\.rs|setup\.py|gulpfile\.[cm]?js|Gruntfile\.js|[^/]+\.pb\.go)$/

/** Finds the files that shipped code names, and says which of them it cannot bring. `inImage` are the paths that the program's own files come from. */
export function runFiles(
  tree: SourceTree,
  code: readonly Code[],
  language: Language,
  inImage: readonly string[],
  named: readonly RunFile[],
): RunFiles {
  const running = code.filter(({ path }) => !notRun.test(path))
  const builtIn = builtInPaths(tree, language)
  const [places, paths] = [placesIn(tree), new Set(tree.paths)]
  const names = new Set([...places].map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const isCompiled = onceEach((path) => holdsCompiled(tree, path, language, inImage))
  const found = [
    ...running.flatMap((one) => namedPaths(one, quotes[language], names)),
    ...running.flatMap((one) => [...viperFiles(one, paths), ...usualPlaces(one)]),
  ].flatMap((one) => {
    const path = pathInSource(places, one, isAtOrBelow(one.file, inImage))
    const isCode = path !== undefined && !path.includes('/') && (one.isWord || language === 'node') && isCompiled(path)
    return path === undefined || isCode || isAtOrBelow(path, builtIn) ? [] : [{ ...one, path }]
  })
  const missing = found.filter(({ path }) => !isAtOrBelow(path, inImage))
  const isUnbuilt = ({ besideCode, file, path }: NamedPath) => besideCode && movesAway(inImage, file, path)
  const wanted = [
    ...missing.filter((one) => !isUnbuilt(one)).map(({ path, file, line }) => ({ path, by: `${file}:${line}` })),
    ...named.filter(({ path }) => !isAtOrBelow(path, inImage) && !path.endsWith('.sh') && !describes(path)),
    ...placesOfAlembic(tree, places, missing).filter(({ path }) => !isAtOrBelow(path, inImage)),
  ]
  const parts = firstOfEach(wanted).flatMap(({ path, by }) =>
    withoutCode(tree, path, language, inImage).flatMap((part) =>
      isAtOrBelow(part, builtIn) || isOfTests(part) ? [] : [{ path: part, by }],
    ),
  )
  const secrets = outermost(parts.filter(({ path }) => isSecretFile(path) && paths.has(path)))
  const secretPaths = new Set(secrets.map(({ path }) => path))
  const files = outermost(parts.filter(({ path }) => !secretPaths.has(path) && isNameable(path)))
  const within = tree.paths.filter(
    (path) => isSecretFile(path) && isNameable(path) && files.some((file) => path.startsWith(`${file.path}/`)),
  )
  const reads = openReads(running, language, found)
  return {
    files,
    secrets: within,
    fromWorkingDirectory: found.some(({ besideCode }) => !besideCode) || files.length > 0,
    notes: notesOf(
      files,
      [...secrets, ...within.map((path) => ({ path, by: 'by its folder' }))],
      missing.filter(isUnbuilt),
      reads,
    ),
  }
}

/** The path of the source that a text names: from the top, beside the file that names it, or above that. */
function pathInSource(
  places: ReadonlySet<string>,
  { path, joined, file, isRead, isWord, besideCode }: NamedPath,
  staysInPlace: boolean,
): string | undefined {
  const says = isRead || path.includes('/') || /\.\w{1,8}$/.test(path)
  if (!says) return undefined
  const folders = file.split('/').slice(0, -1)
  const above = folders.map((_, index) => folders.slice(0, folders.length - index).join('/'))
  const bases = besideCode || path.startsWith('..') ? [...above, ''] : ['', ...(staysInPlace && !isWord ? above : [])]
  const isKnown = (one: string | undefined): one is string =>
    one !== undefined && one !== '' && isSource(one) && places.has(one) && !describes(one)
  return [...(joined === undefined ? [] : [joined]), path]
    .flatMap((one) => bases.map((base) => plainPath(`${base}/${one}`)))
    .find(isKnown)
}

function isSource(path: string): boolean {
  return !isTest(`${path}/`) && !path.split('/').some((part) => notSource.has(part)) && !neverRead.test(path)
}

function isOfTests(path: string): boolean {
  return (
    isTest(`${path}/`) ||
    /(?:^|\/)(?:__(?:snapshots|mocks|fixtures)__|Procfile|\.(?:ox|es)lintrc[^/]*)(?:\/|$)/.test(path)
  )
}

/** What no program reads for its work: deployment, documentation of people, and what describes its build. */
const neverRead =
  /^(?:deploy|\.github|\.git|charts?|helm|k8s|terraform|node_modules|src\/main\/(?:resources|java|kotlin))(?:\/|$)|(?:^|\/)(?:Dockerfile[^/]*|(?:docker-)?compose[^/]*\.ya?ml|Makefile|Procfile|[^/]+\.sh|\.[^/]*)$/i

/** Whether a file is compiled or built to another place, and what is beside it stays. */
function movesAway(inImage: readonly string[], file: string, path: string): boolean {
  const folder = file.split('/')[0] as string
  return /\.[cm]?tsx?$/.test(file) && file.includes('/') && path.startsWith(`${folder}/`) && !isAtOrBelow(file, inImage)
}

/** The scripts of Alembic are where its file says. */
function placesOfAlembic(
  tree: SourceTree,
  places: ReadonlySet<string>,
  found: ReadonlyArray<{ path: string }>,
): RunFile[] {
  return found.flatMap(({ path }) => {
    if (!path.endsWith('alembic.ini')) return []
    const text = tree.texts.get(path) ?? ''
    const place = /^[ \t]*script_location[ \t]*=[ \t]*(?:%\(here\)s\/)?([\w./-]+)/m.exec(text)?.[1]
    const folder = plainPath(place ?? '') ?? ''
    return folder !== '' && places.has(folder) ? [{ path: folder, by: path }] : []
  })
}

/** What of a folder is no code that was compiled. */
function withoutCode(
  tree: SourceTree,
  path: string,
  language: Language,
  inImage: readonly string[],
  depth: number = 4,
): string[] {
  const compiled = compiledCode(language, inImage)
  const inside = tree.paths.filter((one) => one.startsWith(`${path}/`))
  if (inside.length === 0) return compiled.test(path) ? [] : [path]
  if (!inside.some((one) => compiled.test(one))) return [path]
  if (depth === 0) return []
  const children = [...new Set(inside.map((one) => one.slice(path.length + 1).split('/')[0] as string))]
  return children.flatMap((child) => withoutCode(tree, `${path}/${child}`, language, inImage, depth - 1))
}

function holdsCompiled(tree: SourceTree, path: string, language: Language, inImage: readonly string[]): boolean {
  const compiled = compiledCode(language, inImage)
  return tree.paths.some((one) => one.startsWith(`${path}/`) && compiled.test(one))
}

function compiledCode(language: Language, inImage: readonly string[]): RegExp {
  if (language === 'node') return inImage.length > 1 ? /(?!)/ : /\.[cm]?tsx?$/
  return { python: /(?!)/, go: /\.go$/, java: /\.(?:java|kt)$/, rust: /\.rs$/ }[language]
}

/** The answers to a question about paths, of which code may name one thousands of times. */
function onceEach(ask: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, boolean>()
  return (path) => {
    const answer = known.get(path) ?? ask(path)
    known.set(path, answer)
    return answer
  }
}

/** Each path once, by what names it first. */
function firstOfEach(files: readonly RunFile[]): RunFile[] {
  return [...new Map(files.toReversed().map((file) => [file.path, file])).values()].toReversed()
}

/** Each path once, and none that is below another. */
function outermost(files: readonly RunFile[]): RunFile[] {
  const first = firstOfEach(files)
  const paths = new Set(first.map(({ path }) => path))
  const isBelowAnother = (path: string) => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (paths.has(path.slice(0, at))) return true
    return false
  }
  return first.filter(({ path }) => !isBelowAnother(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function notesOf(
  files: readonly RunFile[],
  secrets: readonly RunFile[],
  unbuilt: ReadonlyArray<{ path: string; file: string; line: number }>,
  reads: readonly string[],
): string[] {
  return [
    ...(files.length === 0
      ? []
      : [`Beside the program, the image has what it reads while it runs: ${listedFiles(files)}.`]),
    ...(secrets.length === 0
      ? []
      : [
          `It reads ${listedFiles(secrets)}, which by the name holds secrets: it is in no image. Give its values as variables or from the secret store, and let the code do without the file.`,
        ]),
    ...(unbuilt.length === 0
      ? []
      : [
          `The code looks beside itself for ${listedFiles(unbuilt.map(({ path, file, line }) => ({ path, by: `${file}:${line}` })))}: the build must put that beside the built code, because nothing here does.`,
        ]),
    ...(reads.length === 0
      ? []
      : [
          `It opens files by names that reading the code does not show, or that are not in the source: ${reads.slice(0, 6).join(', ')}${reads.length > 6 ? ` and ${reads.length - 6} more` : ''}. See whether each is in the image, or comes from outside.`,
        ]),
  ]
}

function listedFiles(files: readonly RunFile[]): string {
  const shown = files.slice(0, 10).map(({ path, by }) => `${path} (${by})`)
  return `${shown.join(', ')}${files.length > 10 ? ` and ${files.length - 10} more` : ''}`
}
