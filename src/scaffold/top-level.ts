import { DeliveryError } from '../model/errors.ts'
import { isTest, notSource, topOf, type SourceTree } from './source-tree.ts'

const neverShipped = new Set([
  'build',
  'out',
  'coverage',
  'deploy',
  'docs',
  'doc',
  'examples',
  'scripts',
  'tools',
  '.github',
  'bench',
  'benches',
])

/** How code names another file of its source, by the ending of the file that does. A folder's name takes the place of FOLDER. */
const imports: ReadonlyArray<readonly [ending: RegExp, form: string]> = [
  [/\.py$/, String.raw`^[ \t]*(?:from|import)[ \t]+\.{0,3}FOLDER\b`],
  [
    /\.[cm]?[jt]sx?$/,
    String.raw`(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'\x60](?:(?:\.\.?|[@~])\/)+FOLDER(?:\/|["'\x60])`,
  ],
  [/\.go$/, String.raw`"MODULE\/FOLDER(?:\/|")`],
  [/\.rs$|(?:^|\/)Cargo\.toml$/, String.raw`\bpath\s*=\s*"(?:\.\.?\/)*FOLDER(?:\/|")`],
]

/** Folders that usually hold no code to ship, and that such code names all the same. `first` is what starts. */
function namedByCode(tree: SourceTree, isCode: RegExp, first: readonly string[]): Set<string> {
  const module = /^module\s+(\S+)/m.exec(tree.texts.get('go.mod') ?? '')?.[1] ?? ''
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
  const named = new Set(first.map(topOf))
  const folders = [...neverShipped].filter((folder) => tree.paths.some((path) => path.startsWith(`${folder}/`)))
  const texts = [...tree.texts].filter(([path]) => (isCode.test(path) || path === 'Cargo.toml') && !isTest(path))
  const isNamed = (folder: string) => {
    const forms = imports.map(
      ([ending, form]) =>
        [
          ending,
          new RegExp(
            form.replace('FOLDER', () => escaped(folder)).replace('MODULE', () => escaped(module)),
            'm',
          ),
        ] as const,
    )
    return texts.some(
      ([path, text]) =>
        topOf(path) !== folder &&
        (!neverShipped.has(topOf(path)) || named.has(topOf(path))) &&
        text.includes(folder) &&
        forms.some(([ending, form]) => ending.test(path) && form.test(text)),
    )
  }
  for (let before = -1; before < named.size;) {
    before = named.size
    for (const folder of folders) if (!named.has(folder) && isNamed(folder)) named.add(folder)
  }
  return named
}

/** Directories and files at the top of the source that hold code to ship, in order: what the build must read. `started` are paths that count as such, wherever they are. */
export function codeAtTop(
  tree: SourceTree,
  isCode: RegExp,
  started: readonly string[] = [],
): { folders: string[]; files: string[] } {
  const named = namedByCode(tree, isCode, started)
  const code = tree.paths.filter(
    (path) =>
      isCode.test(path) &&
      !isTest(path) &&
      (!neverShipped.has(topOf(path)) || named.has(topOf(path))) &&
      !notSource.has(topOf(path)),
  )
  const folders = new Set(code.filter((path) => path.includes('/')).map(topOf))
  return { folders: [...folders].sort(), files: code.filter((path) => !path.includes('/')).sort() }
}

/** Refuses what a build reads if its .dockerignore file cannot name it. Throws `SOURCE`. */
export function requireNameable(paths: readonly string[]): void {
  const odd = paths.find((path) => !isNameable(path))
  if (odd !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected names that a .dockerignore file can contain, found ${JSON.stringify(odd)}`,
      'Rename it: no control characters, and none of * ? [ ] \\, nor ! or # at the start.',
    )
}

/** Whether a .dockerignore file can name a path as it is. */
export function isNameable(path: string): boolean {
  return /^[^\p{Cc}*?[\]\\!#][^\p{Cc}*?[\]\\]*$/u.test(path)
}

/** COPY lines for these directories and files. */
export function copyLines({ folders, files }: { folders: readonly string[]; files: readonly string[] }): string {
  const atTop = files.filter((file) => !file.includes('/'))
  const apart = [...folders, ...files.filter((file) => file.includes('/'))]
  const lines = [...apart.map((path) => [path, path]), ...(atTop.length === 0 ? [] : [[...atTop, './']])]
  return lines.map((names) => copyLine(names)).join('\n')
}

/** A COPY of these names, in JSON form if one of them needs it: there too, the builder expands variables and takes quotes off. */
export function copyLine(names: readonly string[], flags = ''): string {
  const isPlain = names.every((name) => /^[A-Za-z0-9._@+/-]+$/.test(name))
  const escaped = names.map((name) => name.replaceAll(/[$"']/g, String.raw`\$&`))
  return `COPY ${flags}${isPlain ? names.join(' ') : JSON.stringify(escaped)}`
}
