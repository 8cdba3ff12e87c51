import { posix } from 'node:path'
import type { DockerfileFile, PlacedInstruction } from './dockerfile-file.ts'
import { variablesOf } from './set-variables.ts'

/** An instruction with the comment lines directly above it. */
export function blockOf({ text }: DockerfileFile, { start, end }: PlacedInstruction): { start: number; end: number } {
  let begin = text.lastIndexOf('\n', start - 1) + 1
  for (;;) {
    const above = text.lastIndexOf('\n', begin - 2) + 1
    if (begin === 0 || !/^\s*#(?!\s*(syntax|escape|check)\s*=)/i.test(text.slice(above, begin))) break
    begin = above
  }
  return { start: begin, end }
}

/** A place with its line break. */
export function wholeLines({ text }: DockerfileFile, { start, end }: { start: number; end: number }) {
  const next = text.indexOf('\n', end)
  return { start, end: next === -1 ? text.length : next + 1 }
}

/**
 * An instruction with the variables in its words that an ENV of its stage sets before it to a plain path or name. Others
 * stay as they are.
 */
export function withVariables<T extends Pick<PlacedInstruction, 'stage' | 'start' | 'words'>>(
  { instructions }: DockerfileFile,
  instruction: T,
): T {
  if (!instruction.words.some((word) => word.includes('$'))) return instruction
  const set = new Map(
    instructions
      .filter(
        ({ keyword, stage, start }) => keyword === 'ENV' && stage === instruction.stage && start < instruction.start,
      )
      .flatMap(variablesOf),
  )
  const known = (written: string, name: string) => {
    const value = set.get(name) ?? ''
    return /^[\w./-]+$/.test(value) ? value : written
  }
  const words = instruction.words.map((word) =>
    word.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (written, bare?: string, braced?: string) =>
      known(written, bare ?? braced ?? ''),
    ),
  )
  return { ...instruction, words }
}

/**
 * The directory in which an instruction works, by the WORKDIRs of its stage before it: `initial` without any. Undefined
 * if a variable decides.
 */
export function directoryAt(
  file: DockerfileFile,
  { stage, start }: Pick<PlacedInstruction, 'stage' | 'start'>,
  initial: string | undefined,
): string | undefined {
  return file.instructions
    .filter((one) => one.keyword === 'WORKDIR' && one.stage === stage && one.start < start)
    .map((one) => withVariables(file, one))
    .reduce<string | undefined>((current, { words: [path = ''] }) => absolute(current, path), initial)
}

/** Where official images work. */
const workingDirectories: Readonly<Record<string, string>> = {
  composer: '/app',
  golang: '/go',
  httpd: '/usr/local/apache2',
  ...Object.fromEntries(
    [
      'alpine',
      'busybox',
      'debian',
      'eclipse-temurin',
      'maven',
      'nginx',
      'node',
      'php',
      'python',
      'ruby',
      'rust',
      'ubuntu',
    ].map((name) => [name, '/']),
  ),
}

/** The directory that a stage starts in; undefined if its base may be one of another directory. */
export function initialDirectory({ images }: DockerfileFile, stage: number): string | undefined {
  const reference = images.find((one) => one.stage === stage && one.kind === 'from')?.reference ?? ''
  const [, name = ''] = /^docker\.io\/library\/([^/:@]+)[:@]/.exec(reference) ?? []
  // With a server, PHP works where that looks for its pages.
  if (name === 'php' && /-(apache|fpm)\b/.test(reference)) return '/var/www/html'
  return Object.hasOwn(workingDirectories, name) ? workingDirectories[name] : undefined
}

/** A path of the image, as seen from a directory; undefined if a variable decides. A trailing slash stays. */
export function absolute(directory: string | undefined, path: string): string | undefined {
  const isKnown = (directory !== undefined || posix.isAbsolute(path)) && !/[$*?[\\]/.test(path)
  return isKnown ? posix.resolve('/', directory ?? '', path) : undefined
}

/** Whether a Dockerfile reads a path, without quotes, as one word and as this path alone: not as an option or a here-document. */
export function isOneWord(path: string): boolean {
  return !/^-|[\s\p{Cc}"'`$\\[\]*?<]/u.test(path)
}

/** What COPY and ADD take from the source, and where it comes to. */
export interface Copied {
  /** Every file of the source that it takes, by its path there. */
  files: readonly string[]
  /** A path in the source without `./` and slashes at its ends; empty for all of it. It may be a pattern. */
  source: string
  /** Where the file, or the content of the directory, is in the image. */
  target: string
}

/**
 * What a COPY or ADD copies from the source, in a stage that starts in the `initial` directory. Undefined if it takes
 * something else, or names it by a variable whose value is not in the file.
 */
export function copiedBy(
  file: DockerfileFile,
  instruction: PlacedInstruction,
  initial: string | undefined,
  paths: ReadonlySet<string>,
): Copied[] | undefined {
  const { keyword, words, flags, heredocs } = withVariables(file, instruction)
  const directory = directoryAt(file, instruction, initial)
  const sources = words.slice(0, -1)
  const written = words.at(-1) ?? ''
  const into = absolute(directory, written)
  if (!/^(COPY|ADD)$/.test(keyword) || heredocs > 0 || into === undefined || sources.length === 0) return undefined
  if (flags.some((flag) => /^--(from|parents|exclude)\b/.test(flag))) return undefined
  if (sources.some((one) => /[$[\\]|:\/\/|@/.test(one))) return undefined
  const isInto = sources.length > 1 || /(^|\/)\.{0,2}\/?$/.test(written)
  return sources.flatMap((one) => {
    const source = posix.normalize(one).replace(/^(\.{1,2}(?=$|\/))?\/*|(?<!\/)\/+$/g, '')
    if (/[*?]/.test(source))
      return matching(source, paths).map((path) => taken(path, isInto || paths.has(path), into, paths))
    return [taken(source, isInto, into, paths)]
  })
}

function taken(source: string, isInto: boolean, into: string, paths: ReadonlySet<string>): Copied {
  if (paths.has(source))
    return { source, files: [source], target: isInto ? posix.join(into, posix.basename(source)) : into }
  return { source, files: [...paths].filter((path) => source === '' || path.startsWith(`${source}/`)), target: into }
}

/** The files and directories of the source that a pattern names, sorted. */
function matching(pattern: string, paths: ReadonlySet<string>): string[] {
  const depth = pattern.split('/').length
  const form = formOf(pattern)
  const entries = [...paths].map((path) => path.split('/').slice(0, depth).join('/'))
  return [...new Set(entries)].filter((entry) => form.test(entry)).toSorted()
}

/** A pattern of COPY. What stands between two wildcards is tried at its first place alone: with others, many wildcards take years. */
function formOf(pattern: string): RegExp {
  const [first = '', ...parts] = pattern
    .split(/\*+/)
    .map((part) => part.replaceAll(/[.+^${}()|\]]/g, '\\$&').replaceAll('?', '[^/]'))
  const last = parts.pop()
  const between = parts.map((part, index) => `(?=([^/]*?${part}))\\${index + 1}`)
  return new RegExp(`^${first}${between.join('')}${last === undefined ? '' : `[^/]*${last}`}$`, 'u')
}

/** The directories that contain the others of a list, sorted. */
export function outermost(directories: readonly string[]): string[] {
  const all = [...new Set(directories)].toSorted()
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(`${other === '/' ? '' : other}/`)))
}
