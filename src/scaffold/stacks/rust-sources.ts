import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { placesIn, plainPath, type SourceTree } from '../source-tree.ts'
import { codeAtTop } from '../top-level.ts'

/** What the compiler reads of a source, and what its build must be told. */
interface RustSources {
  folders: string[]
  files: string[]
  /** Whether sqlx checks its queries by what was prepared, without a database. */
  offline: boolean
  notes: string[]
}

/** Macros that read a file or folder while they are compiled: from the file that calls them, or from the top of the package. */
const macros: ReadonlyArray<readonly [form: RegExp, from: 'file' | 'top', folder: string]> = [
  [
    /\b(?:include_str|include_bytes|include)!\s*\(\s*(?:concat!\s*\(\s*env!\(\s*"CARGO_MANIFEST_DIR"\s*\)\s*,\s*)?r?#*"([^"\n]{1,300})"/g,
    'file',
    '',
  ],
  [/\binclude_dir!\s*\(\s*"([^"\n]{1,300})"/g, 'top', ''],
  [/\bmigrate!\s*\(\s*(?:"([^"\n]{1,300})")?/g, 'top', 'migrations'],
  [/\bembed_migrations!\s*\(\s*(?:"([^"\n]{1,300})")?/g, 'top', 'migrations'],
  [/\bquery_file(?:_as|_scalar)?(?:_unchecked)?!\s*\((?:\s*[\w:<>]+\s*,)?\s*"([^"\n]{1,300})"/g, 'top', ''],
  [/#\[\s*folder\s*=\s*"([^"\n]{1,300})"/g, 'top', ''],
  [
    /#\[\s*(?:graphql|template|get_template)\s*\([^\]]{0,300}?\b(?:schema_path|query_path)\s*=\s*"([^"\n]{1,300})"/g,
    'top',
    '',
  ],
  [/#\[\s*template\s*\([^\]]{0,300}?\b(path)\s*=/g, 'top', 'templates'],
  [/\b(?:fluent_templates::)?static_loader!\s*\{[^}]{0,300}?locales:\s*"([^"\n]{1,300})"/g, 'top', ''],
  [/\b(?:rust_i18n::)?i18n!\s*\(\s*(?:"([^"\n]{1,300})")?/g, 'top', 'locales'],
]

/** The code, and the files that compiling it reads. */
export function rustSources(tree: SourceTree, crates: ReadonlySet<string>): RustSources {
  const code = codeAtTop(tree, /\.rs$/)
  const shipped = [...tree.texts].filter(
    ([path]) => isAtOrBelow(path, [...code.folders, ...code.files]) && path.endsWith('.rs'),
  )
  const places = placesIn(tree)
  const read = shipped.flatMap(([path, text]) =>
    path === 'build.rs' ? readByBuild(places, text) : readByMacros(path, text),
  )
  const checks = shipped.some(
    ([, text]) => /\b(?:sqlx::)?query(?:_as|_scalar)?!\s*\(/.test(text) && /\bsqlx\b/.test(text),
  )
  const prepared = ['.sqlx', 'sqlx-data.json'].filter((path) => places.has(path))
  const configuration = ['askama.toml', 'diesel.toml', 'rinja.toml', 'i18n.toml'].filter((path) => places.has(path))
  const declared = (['bench', 'example', 'test'] as const).flatMap((kind) =>
    new RegExp(`^\\[\\[${kind}\\]\\]`, 'm').test(tree.texts.get('Cargo.toml') ?? '')
      ? [kind === 'bench' ? 'benches' : `${kind}s`]
      : [],
  )
  const named = new Set([...read, ...(checks ? prepared : []), ...configuration, ...declared])
  const wanted = [...named].filter((path) => places.has(path) && !isAtOrBelow(path, code.folders))
  const more = wanted.filter((path) => !wanted.some((other) => path.startsWith(`${other}/`)))
  const paths = new Set(tree.paths)
  const isFile = (path: string) => paths.has(path)
  return {
    folders: [...new Set([...code.folders, ...more.filter((path) => !isFile(path))])].sort(),
    files: [...new Set([...code.files, ...more.filter(isFile)])].sort(),
    offline: checks && prepared.length > 0,
    notes: notesOf(checks && prepared.length === 0, crates),
  }
}

function notesOf(unprepared: boolean, crates: ReadonlySet<string>): string[] {
  const compiles = ['tonic-build', 'tonic-prost-build', 'prost-build'].find((name) => crates.has(name))
  const brought = ['protoc-bin-vendored', 'protobuf-src', 'protox'].some((name) => crates.has(name))
  return [
    ...(unprepared
      ? [
          'sqlx checks its queries against a database while it compiles, and the build has none: write .sqlx with "cargo sqlx prepare", commit it, and run the scaffold again.',
        ]
      : []),
    ...(compiles === undefined || brought
      ? []
      : [
          `If its build compiles .proto files (${compiles}), it needs protoc, which the base of the build does not have: use protox or protoc-bin-vendored.`,
        ]),
  ]
}

function readByMacros(path: string, text: string): string[] {
  return macros.flatMap(([form, from, folder]) =>
    [...text.matchAll(form)].flatMap(({ 0: whole, 1: given }) => {
      const written = folder !== '' && (given === undefined || given === 'path') ? folder : (given ?? '')
      const isOfTop = from === 'top' || whole.includes('CARGO_MANIFEST_DIR')
      const base = isOfTop ? '' : path.slice(0, path.lastIndexOf('/') + 1)
      return normal(`${base}${written.replace(/^\$CARGO_MANIFEST_DIR\/?|^\/(?=.)/, '')}`)
    }),
  )
}

/** Every text of a build script that names something of the source: of a .proto file its whole folder, which it may import from. */
function readByBuild(places: ReadonlySet<string>, text: string): string[] {
  return [...text.matchAll(/"([^"\n\\]{1,300})"/g)].flatMap(({ 1: written = '' }) =>
    normal(written.replace(/^cargo::?rerun-if-changed=/, '')).flatMap((path) =>
      path.endsWith('.proto') ? [path.split('/')[0] as string] : places.has(path) ? [path] : [],
    ),
  )
}

function normal(path: string): string[] {
  const plain = plainPath(path)
  return plain === undefined || plain === '' ? [] : [plain]
}
