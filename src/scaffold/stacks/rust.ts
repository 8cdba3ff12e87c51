import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import { requireLocked } from '../locked-dependencies.ts'
import { readSourceDocument } from '../source-document.ts'
import type { SourceTree } from '../source-tree.ts'
import type { Stack } from '../stack.ts'
import { copyLines } from '../top-level.ts'
import { rustSources } from './rust-sources.ts'

const Manifest = z.object({
  package: z
    .object({
      name: z.string(),
      description: z.union([z.string(), z.unknown()]).optional(),
      repository: z.union([z.string(), z.unknown()]).optional(),
      'default-run': z.string().optional(),
      autobins: z.boolean().optional(),
    })
    .optional(),
  workspace: z.unknown().optional(),
  dependencies: z.record(z.string(), z.unknown()).default({}),
  bin: z.array(z.object({ name: z.string(), path: z.string().optional() })).optional(),
})

const Locked = z.object({
  package: z.array(z.object({ name: z.string(), dependencies: z.array(z.string()).default([]) })).default([]),
})
type LockedCrates = z.infer<typeof Locked>['package']

export const rust: Stack = {
  name: 'rust',
  title: 'Rust',
  signs: ['Cargo.toml'],
  lock: { wanted: 'Cargo.lock', make: 'cargo generate-lockfile' },
  locked: (tree) => tree.texts.has('Cargo.lock'),
  read(tree, answers) {
    const manifest = readSourceDocument(tree, 'Cargo.toml', 'TOML', Manifest)
    if (manifest.package === undefined)
      throw new DeliveryError(
        'SOURCE',
        `expected a package in Cargo.toml, found ${manifest.workspace === undefined ? 'none' : 'a workspace'}`,
        "Pass the application's directory with --path; it needs its own Cargo.lock.",
      )
    const programs = programsIn(tree, manifest.package, manifest.bin ?? [])
    const program = programToBuild(answers, manifest.package['default-run'], programs)
    const locked = readSourceDocument(tree, 'Cargo.lock', 'TOML', Locked).package
    const crates = new Set(locked.map(({ name }) => name))
    requireLocked(
      'Cargo.toml',
      'Cargo.lock',
      Object.entries(manifest.dependencies).map(([name, value]) => crateOf(value) ?? name),
      (name) => crates.has(name),
      'cargo generate-lockfile',
    )
    const { folders, files, offline, notes } = rustSources(tree, crates)
    const lockFiles = ['Cargo.toml', 'Cargo.lock']
    const registry = tree.texts.get('.cargo/config.toml')
    const shipped = { folders: [...folders, ...(registry === undefined ? [] : ['.cargo'])].sort(), files }
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
    return {
      stack: 'rust',
      language: 'rust',
      name: manifest.package.name.replaceAll('_', '-'),
      description: text(manifest.package.description),
      repository: text(manifest.package.repository),
      bases: { build: 'rust:1-bookworm', run: 'gcr.io/distroless/cc-debian12:nonroot' },
      template: 'rust.Dockerfile',
      values: {
        lockFiles: lockFiles.join(' '),
        copySources: copyLines(shipped),
        program: program.path,
        programFolder: program.path.slice(0, program.path.lastIndexOf('/')),
        binary: program.name,
        offline: offline ? 'ENV SQLX_OFFLINE=true' : '',
      },
      sources: [...lockFiles, ...shipped.folders, ...shipped.files],
      inImage: [],
      entrypoint: ['/app'],
      environment: { RUST_BACKTRACE: '1' },
      libraries: librariesOf(locked, tree.texts.get('Cargo.toml') ?? ''),
      secret:
        answers.privateRegistry || /\[registries/.test(registry ?? '')
          ? { id: 'cargo-credentials', target: '/usr/local/cargo/credentials.toml' }
          : undefined,
      structure: { present: '/app', absent: ['/src', '/usr/local/cargo'] },
      otherPrograms: filesBeside(tree, program, programs),
      notes,
    }
  },
}

interface Program {
  name: string
  path: string
  /** Whether it is what the package is for as far as Cargo.toml says: its own binary, or one that it lists. */
  usual: boolean
}

/** Every binary of the package, as Cargo finds them: https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery */
function programsIn(
  tree: SourceTree,
  { name, autobins }: { name: string; autobins?: boolean | undefined },
  declared: ReadonlyArray<{ name: string; path?: string | undefined }>,
): Program[] {
  const found = tree.paths.flatMap((path): Program[] => {
    const own = /^src\/bin\/([^/]+?)(?:\.rs|\/main\.rs)$/.exec(path)?.[1]
    if (path === 'src/main.rs') return [{ name, path, usual: declared.length === 0 }]
    return own === undefined ? [] : [{ name: own, path, usual: false }]
  })
  const listed = declared.map((bin) => ({
    name: bin.name,
    path: bin.path ?? found.find((one) => one.name === bin.name)?.path ?? 'src/main.rs',
    usual: true,
  }))
  const others = autobins === false ? [] : found
  return [
    ...listed,
    ...others.filter((one) => !listed.some(({ name: own, path }) => own === one.name || path === one.path)),
  ]
}

/** The binary and its source file. Throws `SOURCE` if there is none, or several. */
function programToBuild({ entry }: Answers, usual: string | undefined, programs: readonly Program[]): Program {
  const wanted = entry ?? usual
  const ofPackage = programs.filter((program) => program.usual)
  const candidates = ofPackage.length > 0 ? ofPackage : programs
  const chosen = wanted === undefined ? candidates : programs.filter((program) => program.name === wanted)
  const [only, ...others] = chosen
  const isPlain = /^[\w./-]+$/.test(only?.path ?? '') && /^[\w-]+$/.test(only?.name ?? '')
  if (only !== undefined && others.length === 0 && isPlain && only.path.includes('/')) return only
  throw new DeliveryError(
    'SOURCE',
    `expected one binary${wanted === undefined ? '' : ` called ${wanted}`}, found ${programs.length === 0 ? 'none' : programs.map((program) => program.name).join(', ')}`,
    'Pass its name with --entry.',
  )
}

/** The files of the other binaries: the file of each, and its folder if it has its own. */
function filesBeside(tree: SourceTree, { path: started }: Program, programs: readonly Program[]): ReadonlySet<string> {
  const others = programs.filter(({ path }) => path !== started)
  return new Set(
    others.flatMap(({ path }) =>
      /^src\/bin\/[^/]+\/main\.rs$/.test(path)
        ? tree.paths.filter((one) => one.startsWith(path.slice(0, -'main.rs'.length)))
        : [path],
    ),
  )
}

/** The locked crates. Cargo locks every driver of sqlx, and what that needs, whichever the application uses: its features decide. */
function librariesOf(locked: LockedCrates, manifest: string): ReadonlySet<string> {
  const sqlx = /^sqlx\s*=\s*\{[\s\S]*?\}|^\[dependencies\.sqlx\][\s\S]*?(?=^\[|$(?![\s\S]))/m.exec(manifest)?.[0] ?? ''
  const ofSqlite = sqlx === '' || /"[\w-]*sqlite[\w-]*"/.test(manifest)
  const unused = ['sqlx-postgres', 'sqlx-mysql', ...(ofSqlite ? [] : ['sqlx-sqlite'])]
  const used = locked.filter(({ name }) => !unused.includes(name))
  const isNeeded = (crate: string) =>
    new RegExp(`^${crate}\\s*=`, 'm').test(manifest) ||
    used.some(({ dependencies }) => dependencies.some((name) => name.split(' ')[0] === crate))
  const bySqlite = locked.some(({ name }) => name === 'sqlx-sqlite') && unused.includes('sqlx-sqlite')
  const drivers = ['postgres', 'mysql'].filter((name) => sqlx.includes(`"${name}"`)).map((name) => `sqlx-${name}`)
  const names = [...drivers, ...used.map(({ name }) => name)]
  return new Set(names.filter((name) => name !== 'libsqlite3-sys' || !bySqlite || isNeeded(name)))
}

/** The crate of a dependency that has another name in the code. */
function crateOf(value: unknown): string | undefined {
  const named = typeof value === 'object' && value !== null && 'package' in value ? value.package : undefined
  return typeof named === 'string' ? named : undefined
}
