import { posix } from 'node:path'
import { hasComposeName } from './input/compose/is-compose.ts'

/**
 * What happens to a file, by its path below the directory: it is read, skipped with a reason, or looked at, and then named if it is a manifest. Undefined for a file that nobody
 * would expect to be audited.
 */
export function treatmentOf(path: string): 'read' | 'look' | { skipped: string } | undefined {
  const skipped = isHidden(path) ? inHiddenDirectory(path) : onlyNamedLike(path)
  if (skipped !== undefined) return { skipped }
  return isHidden(path)
    ? isOfPrograms(path) || !/\.ya?ml$/i.test(path)
      ? undefined
      : 'read'
    : mayBeAudited(path)
      ? 'read'
      : oddName.test(posix.basename(path))
        ? 'look'
        : undefined
}

/** Names that people give to manifests too, by which kubectl and Compose find none: without an extension, or with another one. */
const oddName = /^[^.]+$|\.(ya?ml|json)\.[\w-]+$|\.(txt|manifest|stack|k8s|kube)$/i

/** What is said of such a manifest. */
export const oddlyNamed = 'a manifest by its text, and not by its name: name it to have it judged'

/** Whether a file is in a hidden directory. */
export function isHidden(path: string): boolean {
  return directoriesOf(path).some((name) => name.startsWith('.'))
}

function isOfPrograms(path: string): boolean {
  return directoriesOf(path).some((name) => ofPrograms.test(name))
}

const directoriesOf = (path: string) => path.split('/').slice(0, -1)

/** Whether a file's name suggests that it can be audited. */
function mayBeAudited(path: string): boolean {
  return isDockerfile(path) || isSourceOrDockerfile(path) || hasManifestName(path)
}

/** Whether a name is that of YAML, of JSON or of a kustomization. */
export function hasManifestName(path: string): boolean {
  return isKustomization(path) || /\.(ya?ml|json)$/i.test(path)
}

/** Hidden directories that programs write for themselves. */
const ofPrograms =
  /^\.(git|hg|svn|aws-sam|angular|bundle|cache|cargo|dart_tool|direnv|gradle|m2|mypy_cache|next|npm|nuxt|parcel-cache|pnpm-store|pytest_cache|ruff_cache|rustup|serverless|svelte-kit|terraform|tox|turbo|venv|yarn)$/

export const notNamed = 'in a hidden directory: name it to have it judged'

/** Why a Dockerfile or a compose file in a hidden directory is not judged; undefined for any other file there. */
function inHiddenDirectory(path: string): string | undefined {
  return !isOfPrograms(path) && (isDockerfile(path) || hasComposeName(path)) ? notNamed : undefined
}

/** True for a hidden directory in which people keep files of their own. */
export function isOfPeople(directory: string): boolean {
  return directory.startsWith('.') && !ofPrograms.test(directory)
}

export function isChart(path: string): boolean {
  return posix.basename(path) === 'Chart.yaml'
}

export function isKustomization(path: string): boolean {
  return /^(kustomization\.ya?ml|Kustomization)$/.test(posix.basename(path))
}

/** Endings of what only has a Dockerfile's name: pictures, texts, and templates of one. */
const foreign =
  /\.(css|diff|dockerignore|ejs|erb|gif|hbs|html?|ico|in|j2|jinja2?|jpe?g|json|lock|m4|md|mustache|orig|patch|pdf|png|rej|rst|snap|svg|swp|tar|template|tgz|tmpl|toml|tpl|vue|webp|xml|ya?ml|zip)$/i
/** Extensions of source files, with which people also name the Dockerfile of a program in that language. */
const language = /\.(bash|c|cc|cjs|cpp|cs|go|h|java|jsx?|kt|mjs|php|ps1|py|rb|rs|sh|swift|tsx?)$/i
/** Whether a name is a Dockerfile's: Dockerfile, Dockerfile.x, x.Dockerfile, Containerfile. */
export function isDockerfile(path: string): boolean {
  const name = posix.basename(path)
  return hasDockerfileName(name) && !foreign.test(name) && !language.test(name)
}

/** True for what is a source in some language by its name, or the Dockerfile for one: its text decides. */
export function isSourceOrDockerfile(path: string): boolean {
  const name = posix.basename(path)
  return hasDockerfileName(name) && language.test(name)
}

/** Why a file named like a Dockerfile or a manifest is not one; undefined for any other. */
function onlyNamedLike(path: string): string | undefined {
  const name = posix.basename(path)
  if (/\.ya?ml\.(in|j2|jinja2?|m4|mustache|hbs|ejs|erb|gotmpl|te?mpl|template|tpl)$/i.test(name)) return 'a template'
  if (!hasDockerfileName(name) || !foreign.test(name)) return undefined
  return /\.(in|j2|jinja2?|m4|mustache|hbs|ejs|erb|te?mpl|template|tpl)$/i.test(name)
    ? 'a template of a Dockerfile'
    : 'not a Dockerfile, judging by its extension'
}

function hasDockerfileName(name: string): boolean {
  return /^(Docker|Container)file([._-].+)?$|\.(docker|container)file$/i.test(name)
}
