/**
 * The rooms from which each room may import, besides itself: only rooms that are listed above it. AGENTS.md shows this table, and docs/pictures/imports.svg the imports themselves.
 * `src/*` is every room of `src` except the Dagger face. A pair that is not listed needs a reason first.
 */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/formats': ['src/model'],
  'src/policy': ['src/model', 'src/formats'],
  'src/image-metadata': ['src/model'],
  'src/tools': ['src/model', 'src/policy'],
  'src/gate': ['src/model', 'src/formats', 'src/policy', 'src/tools'],
  'src/report': ['src/model'],
  'src/attestation': ['src/model', 'src/tools'],
  'src/admission': ['src/model', 'src/tools', 'src/attestation'],
  'src/audit': ['src/model', 'src/formats', 'src/policy'],
  'src/bases': ['src/model', 'src/formats'],
  'src/scaffold': ['src/model', 'src/formats', 'src/policy'],
  'src/repair': ['src/model', 'src/policy', 'src/tools', 'src/bases'],
  'src/engine': ['src/model', 'src/formats', 'src/tools'],
  'src/stages/source': ['src/model', 'src/formats', 'src/policy', 'src/image-metadata', 'src/tools', 'src/engine'],
  'src/stages/lint.ts': ['src/model', 'src/policy', 'src/tools', 'src/engine'],
  'src/stages/build': ['src/model', 'src/formats', 'src/policy', 'src/tools', 'src/engine', 'src/stages/source'],
  'src/stages/evidence': [
    'src/model',
    'src/formats',
    'src/policy',
    'src/tools',
    'src/engine',
    'src/stages/source',
    'src/stages/build',
  ],
  'src/stages/publish': ['src/model', 'src/formats', 'src/tools', 'src/engine', 'src/stages/build'],
  'src/stages/verify': ['src/model', 'src/tools', 'src/engine', 'src/stages/publish'],
  'src/stages/sign': ['src/model', 'src/policy', 'src/tools', 'src/engine', 'src/stages/publish', 'src/stages/verify'],
  'src/stages/attest.ts': [
    'src/model',
    'src/tools',
    'src/attestation',
    'src/engine',
    'src/stages/verify',
    'src/stages/sign',
  ],
  pipelines: ['src/*'],
  'src/module': ['src/*', 'pipelines'],
  'src/index.ts': ['src/*', 'pipelines', 'src/module'],
  'ci/own-surroundings.mjs': [],
  'toolchain/runtime/program': [],
  toolchain: ['src/model', 'src/formats', 'src/tools', 'src/engine', 'ci/own-surroundings.mjs'],
  'ci/show': ['src/model', 'src/report', 'src/engine'],
  'ci/github': ['src/model', 'src/formats', 'src/report', 'src/stages/build'],
  'ci/run': ['src/*', 'pipelines', 'ci/own-surroundings.mjs', 'toolchain', 'ci/show', 'ci/github'],
  'ci/cli': ['src/*', 'pipelines', 'ci/own-surroundings.mjs', 'toolchain', 'ci/show', 'ci/github', 'ci/run'],
  'ci/library.ts': ['src/*', 'pipelines', 'ci/run'],
  'ci/*.mjs': ['ci/own-surroundings.mjs'],
  'library.mjs': ['ci/*.mjs'],
}

/** Rooms that know neither Dagger nor files, processes, the network and the clock. */
export const pure: readonly string[] =
  'model formats policy image-metadata tools gate report attestation admission audit bases scaffold repair'
    .split(' ')
    .map((name) => `src/${name}`)

/** All that pure rooms may import from packages, and by name from Node's own modules: code that only computes a result from its arguments. */
export const pureImports: Readonly<Record<string, 'all' | readonly string[]>> = {
  'cli-table3': 'all',
  'packageurl-js': 'all',
  picocolors: 'all',
  semver: 'all',
  'smol-toml': 'all',
  'spdx-expression-parse': 'all',
  unbash: 'all',
  'wrap-ansi': 'all',
  xmlbuilder2: 'all',
  yaml: 'all',
  zod: 'all',
  'node:crypto': ['createHash', 'X509Certificate'],
  'node:path': ['posix'],
  'node:util': ['stripVTControlCharacters'],
  'node:zlib': ['gzipSync'],
}

const rooms = Object.keys(allowed)

/** The room of a file: the innermost one that contains it. */
export function roomOf(path: string): string | undefined {
  const own = rooms.filter((room) =>
    room === 'ci/*.mjs' ? /^ci\/[^/]+\.mjs$/.test(path) : path === room || path.startsWith(`${room}/`),
  )
  return own.includes(path) ? path : own.toSorted((left, right) => right.length - left.length)[0]
}

/** The rooms that a room may import from, `src/*` spelled out. */
export function mayImportFrom(room: string): string[] {
  const inner = rooms.filter((name) => name.startsWith('src/') && name !== 'src/module' && name !== 'src/index.ts')
  return (allowed[room] ?? []).flatMap((entry) => (entry === 'src/*' ? inner : [entry]))
}
