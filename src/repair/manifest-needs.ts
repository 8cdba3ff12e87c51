import { posix } from 'node:path'
import { manifestOf, record } from './manifest.ts'
import type { Situation } from './repair.ts'

type Source = Situation['source']

/** A path of the source, in the values of a manifest and in settings. */
const isPath = /^(\.{0,2}\/|~\/|\.{1,2}$|(file|link|workspace|portal|patch|exec):)/

/** Settings that name files or code of the source, in pyproject.toml, uv.toml and Pipfile. */
const namesFiles = /(^|[\s,{])(path|file|find-links|workspace|editable)\s*=|["'](\.{1,2}\/|file:)|tool\.uv\.sources/m

/**
 * The files that installing from a manifest reads further, by their paths in the source: what a list of requirements names.
 * Undefined if it needs code of the source, or if what it needs is unknown.
 */
export function furtherFiles(source: Source, manifest: string): string[] | undefined {
  const name = posix.basename(manifest)
  const text = source.texts.get(manifest)
  const isOwn = (needs: boolean) => (needs ? undefined : [])
  // These only say which versions.
  if (
    /^(package-lock\.json|npm-shrinkwrap\.json|[\w-]*\.lock|pnpm-lock\.yaml|go\.sum|\.(python|ruby)-version)$/.test(
      name,
    )
  )
    return []
  if (text === undefined) return undefined
  if (name === 'package.json') return isOwn(nodeNeedsCode(source, manifest))
  if (name === '.npmrc')
    return isOwn(
      /^[^=\r\n\u2028\u2029#;]+=[ \t]*["']?(\.{0,2}\/(?!\/)|~\/|file:)|^[ \t]*(node-options|script-shell|cafile|globalconfig|userconfig)[ \t]*=/m.test(
        text,
      ),
    )
  if (name === 'go.mod') return isOwn(/=>\s*\.{0,2}\//.test(text) || has(source, manifest, ['go.work']))
  if (name === 'Gemfile')
    return isOwn(/\b(path|gemspec|eval_gemfile|instance_eval|require_relative|require|File|Dir)\b/.test(text))
  if (/^(pyproject\.toml|uv\.toml|Pipfile)$/.test(name)) return isOwn(namesFiles.test(withoutProject(text)))
  if (name === 'pip.conf')
    return isOwn(
      /^[ \t]*(find-links|constraint|requirement|cert|client-cert)[ \t]*=|\bfile:|=[ \t]*\.{0,2}\//m.test(text),
    )
  if (name === 'poetry.toml' || name === 'config') return []
  return requirementFiles(text)?.map((path) => posix.join(posix.dirname(manifest), path))
}

/** What a project says of itself, e.g. in which file its license is, is not read when other packages are installed. */
function withoutProject(text: string): string {
  return text.replaceAll(/^[ \t]*(readme|license|include|exclude|packages)[ \t]*=.*$/gm, '')
}

/** Whether one of some files is beside a manifest or above it. */
function has({ paths }: Source, manifest: string, names: readonly string[]): boolean {
  return above(manifest).some((directory) => names.some((name) => paths.has(posix.join(directory, name))))
}

/** The directory of a file, and those above it. */
function above(path: string): string[] {
  const directory = posix.dirname(path)
  return directory === '.' ? ['.'] : [directory, ...above(directory)]
}

/** Whether something of the source runs, is installed, or steers, when the packages of a package.json are installed. */
function nodeNeedsCode(source: Source, manifest: string): boolean {
  const node = manifestOf(source.texts, manifest)
  const scripts = Object.keys(record(node['scripts']))
  const isWorkspace = above(manifest).some(
    (directory) => manifestOf(source.texts, posix.join(directory, 'package.json'))['workspaces'] !== undefined,
  )
  const named = Object.entries(node).filter(([key]) => /dependencies$|^(overrides|resolutions|pnpm)$/i.test(key))
  return (
    scripts.some((name) => /^((pre|post)?(install|prepare)|prepublish|dependencies|pnpm:devPreinstall)$/.test(name)) ||
    source.paths.has(posix.join(posix.dirname(manifest), 'binding.gyp')) ||
    has(source, manifest, ['.yarnrc.yml', '.yarnrc', '.pnpmfile.cjs', 'pnpm-workspace.yaml', '.pnp.cjs']) ||
    isWorkspace ||
    record(node['pnpm'])['patchedDependencies'] !== undefined ||
    named.some(([, value]) => stringsIn(value).some((one) => isPath.test(one)))
  )
}

function stringsIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(record(value)).flatMap(stringsIn)
}

/** One requirement by its name, with an address or versions, and the hashes of its files. */
const requirement =
  /^[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\]\s*)?(@\s*(git\+)?(https?|ssh):\/\/\S+|\(?[<>=!~][^;]*)?(;|$)|^(git\+)?(https?|ssh):\/\/\S+$/

/** Options of a list that name no file. */
const plainOption =
  /^(-i|--index-url|--extra-index-url|--trusted-host|--pre|--prefer-binary|--no-binary|--only-binary|--require-hashes|--use-feature|--no-index)\b(?!.*(\bfile:|[= ]\.{0,2}\/))/

/** The lists that a list of requirements names; undefined if it names packages of the source, or cannot be read. */
function requirementFiles(text: string): string[] | undefined {
  const lines = text
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replaceAll(/\s--hash[= ]\S+/g, '')
        .trim(),
    )
    .filter((line) => line !== '')
  const found = lines.map((line): string[] | undefined => {
    const [, file] = /^(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)(\S+)$/.exec(line) ?? []
    if (file !== undefined) return file.includes('://') ? [] : /^[/$~]|\$/.test(file) ? undefined : [file]
    const isFound = /^(-f|--find-links)[\s=]*https?:\/\//.test(line) || plainOption.test(line)
    const isArchive = /^\S+\.(whl|zip|tar(\.\w+)?|tgz)(\[|\s|;|$)/.test(line) && !line.includes('://')
    return isFound || (requirement.test(line) && !isArchive) ? [] : undefined
  })
  return found.includes(undefined) ? undefined : found.flatMap((files) => files ?? [])
}
