import { posix } from 'node:path'
import type { DockerfileFile, PlacedInstruction } from './dockerfile-file.ts'
import type { Copied } from './placed-paths.ts'
import { variablesOf } from './set-variables.ts'

/** The files that a COPY brings, by their paths in the image. */
export function targetsOf({ source, files, target }: Copied): string[] {
  return files.map((path) => posix.join(target, posix.relative(source, path)))
}

/**
 * Tells of a path whether it is one of some others, or one may be the directory of the other. A source may have a hundred
 * thousand files, so that they are not compared one by one.
 */
export function touching(others: Iterable<string>): (path: string) => boolean {
  const places = new Set(others)
  const above = new Set([...places].flatMap(directoriesOf))
  return (path) => places.has(path) || above.has(path) || directoriesOf(path).some((directory) => places.has(directory))
}

/** The directories that a path is below, up to the root. */
function directoriesOf(path: string): string[] {
  const found: string[] = []
  for (let directory = path; directory.length > 1;) {
    directory = posix.dirname(directory)
    found.push(directory)
  }
  return found
}

/** Directories in which programs look for what nobody names. */
const searched = /^\/(bin|boot|etc|home|lib\w*|opt|root|run|sbin|srv|tmp|usr|var)\//

/** Files that steer an installation in their directory. */
const settings = /^\.(npm|yarn)rc/

/** Files that steer an installation anywhere, or are installed themselves. */
const steering =
  /^(\.?npmrc|\.netrc|\.pypirc|\.yarnrc.*|pip\.conf|uv\.toml)$|\.(apk|asc|cer|conf|crt|deb|gpg|jar|key|list|pem|repo|rpm|sh|sources|tar|tgz|txt|whl|zip|[gx]z|bz2|zst)$/

/**
 * Whether files are only the application's code, so that an installation in some directory, which does not name them,
 * cannot have to do with them.
 */
export function areCode(targets: Iterable<string>, directory: string | undefined): boolean {
  const isInside = (path: string) => directory !== undefined && directory !== '/' && path.startsWith(`${directory}/`)
  return [...targets].every((path) => {
    const name = posix.basename(path)
    return isInside(path) ? !settings.test(name) : !searched.test(path) && !steering.test(name)
  })
}

/** Variables from which package managers take paths. */
const managed = /^(BUNDLE|CURL|GIT|GOFLAGS|GOPROXY|NODE|NPM|PIP|POETRY|REQUESTS|SSL|UV|YARN|npm)_?/

/** Whether a variable of a stage leads its package managers to some of the files. */
export function areConfigured(file: DockerfileFile, stage: number, touches: (path: string) => boolean): boolean {
  const stages = lineage(file, stage)
  return file.instructions
    .filter((one) => stages.includes(one.stage))
    .flatMap(variablesOf)
    .some(([name, path]) => managed.test(name) && path.startsWith('/') && touches(posix.resolve(path)))
}

/** A stage and those that it starts from. */
export function lineage({ instructions }: DockerfileFile, stage: number): number[] {
  const [own, ...before] = instructions.filter((one) => one.keyword === 'FROM' && one.stage <= stage).toReversed()
  const found = [stage]
  let base = own?.words[0]?.toLowerCase()
  for (const { words, stage: earlier } of before) {
    if (words[2]?.toLowerCase() !== base) continue
    found.push(earlier)
    base = words[0]?.toLowerCase()
  }
  return found
}

/** Whether an instruction's words or flags depend on variables. */
export function hasVariables({ words, flags }: PlacedInstruction): boolean {
  return [...words, ...flags].some((word) => word.includes('$'))
}
