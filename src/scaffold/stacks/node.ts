import { intersects, satisfies, validRange } from 'semver'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { StackReading } from '../application.ts'
import { requireLocked } from '../locked-dependencies.ts'
import { readSourceDocument } from '../source-document.ts'
import type { SourceTree } from '../source-tree.ts'
import type { Stack } from '../stack.ts'
import { nodeSources } from './node-sources.ts'
import { npm, pnpm, yarnBerry, yarnClassic, type Manager } from './node-managers.ts'
import { copyLine, copyLines } from '../top-level.ts'

/** Long-term releases of Node available on a base without a shell, the preferred one first. */
const nodes = [
  { version: '24.11.0', build: 'node:24-bookworm-slim', run: 'gcr.io/distroless/nodejs24-debian12:nonroot' },
  { version: '22.21.0', build: 'node:22-bookworm-slim', run: 'gcr.io/distroless/nodejs22-debian12:nonroot' },
]

const dependencies = z.record(z.string(), z.string()).default({})

const Package = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
  engines: z.object({ node: z.string().optional() }).optional(),
  packageManager: z.string().optional(),
  workspaces: z.unknown().optional(),
  dependencies,
})
type Package = z.infer<typeof Package>

export const nodeNpm: Stack = {
  name: 'node-npm',
  title: 'Node with npm',
  signs: ['package.json'],
  lock: { wanted: 'package-lock.json', make: 'npm install --package-lock-only' },
  locked: (tree) => tree.texts.has('package-lock.json'),
  read(tree, answers) {
    const { packages } = readSourceDocument(
      tree,
      'package-lock.json',
      'JSON',
      z.object({
        lockfileVersion: z.number().min(2, 'version 2 or 3, written by npm 7 or newer'),
        packages: z.record(
          z.string(),
          z.object({ hasInstallScript: z.boolean().optional(), dev: z.boolean().optional() }),
        ),
      }),
    )
    requireLocked(
      'package.json',
      'package-lock.json',
      directDependencies(tree),
      (name) => packages[`node_modules/${name}`] !== undefined,
      'npm install --package-lock-only',
    )
    const named = Object.entries(packages).flatMap(([path, { hasInstallScript, dev }]) =>
      hasInstallScript === true && dev !== true ? [path.replace(/^.*node_modules\//, '')] : [],
    )
    // The application itself has no path there.
    const scripted = [...new Set(named)].map((name) => (name === '' ? 'the application itself' : name))
    const reading = read(tree, answers, 'node-npm', npm)
    return {
      ...reading,
      notes: [
        ...reading.notes,
        ...(scripted.length === 0
          ? []
          : [
              `There are install scripts, which the build does not run, of ${scripted.join(', ')}. Packages with prebuilt binaries work anyway; test them.`,
            ]),
      ],
    }
  },
}

export const nodePnpm: Stack = {
  name: 'node-pnpm',
  title: 'Node with pnpm',
  signs: [],
  lock: { wanted: 'pnpm-lock.yaml', make: 'pnpm install --lockfile-only' },
  locked: (tree) => tree.texts.has('pnpm-lock.yaml'),
  read: (tree, answers) => {
    const {
      lockfileVersion,
      importers,
      dependencies: top,
    } = readSourceDocument(
      tree,
      'pnpm-lock.yaml',
      'YAML of pnpm',
      z.object({
        lockfileVersion: z.union([z.string(), z.number()]),
        importers: z
          .record(z.string(), z.object({ dependencies: z.record(z.string(), z.unknown()).optional() }))
          .optional(),
        dependencies: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    const own = new Set(Object.keys(importers?.['.']?.dependencies ?? top ?? {}))
    requireLocked(
      'package.json',
      'pnpm-lock.yaml',
      directDependencies(tree),
      (name) => own.has(name),
      'pnpm install --lockfile-only',
    )
    return read(
      tree,
      answers,
      'node-pnpm',
      pnpm(managerVersion(tree, 'pnpm') ?? (Number(lockfileVersion) >= 9 ? '10.24.0' : '8.15.9')),
    )
  },
}

export const nodeYarn: Stack = {
  name: 'node-yarn',
  title: 'Node with Yarn',
  signs: [],
  lock: { wanted: 'yarn.lock', make: 'yarn install --mode=update-lockfile' },
  locked: (tree) => tree.texts.has('yarn.lock'),
  read(tree, answers) {
    const lock = tree.texts.get('yarn.lock') ?? ''
    const classic = lock.includes('# yarn lockfile v1')
    const entries = lock.split('\n').filter((line) => /^\S/.test(line) && line.trimEnd().endsWith(':'))
    const names = new Set(
      entries.flatMap((line) => [...line.matchAll(/(?:^|, ?)"?(@?[^@\s",]+)@/g)].map(([, name]) => name)),
    )
    requireLocked(
      'package.json',
      'yarn.lock',
      directDependencies(tree),
      (name) => names.has(name),
      'yarn install --mode=update-lockfile',
    )
    const version = managerVersion(tree, 'yarn')
    return read(
      tree,
      answers,
      'node-yarn',
      classic ? yarnClassic(version ?? '1.22.22') : yarnBerry(version ?? '4.12.0'),
    )
  },
}

/** What package.json says that the application needs when it runs. */
function directDependencies(tree: SourceTree): string[] {
  return Object.keys(readSourceDocument(tree, 'package.json', 'JSON', Package).dependencies)
}

/** From version 10, pnpm keeps settings in this file: it is a workspace only if it lists packages. */
function hasPnpmWorkspace(tree: SourceTree): boolean {
  if (!tree.paths.includes('pnpm-workspace.yaml')) return false
  const { packages } =
    readSourceDocument(
      tree,
      'pnpm-workspace.yaml',
      'YAML',
      z.looseObject({ packages: z.unknown().optional() }).nullable(),
    ) ?? {}
  return packages !== undefined && packages !== null
}

function read(tree: SourceTree, answers: Answers, stack: StackReading['stack'], manager: Manager): StackReading {
  const described = readSourceDocument(tree, 'package.json', 'JSON', Package)
  if (described.workspaces !== undefined || hasPnpmWorkspace(tree))
    throw new DeliveryError(
      'SOURCE',
      'expected one application, found a workspace with several packages',
      "Pass the application's directory with --path; it needs its own lock file.",
    )
  const node = chooseNode(described.engines?.node)
  const { flags, file } = howItStarts(tree, answers, described)
  const builds = described.scripts['build'] !== undefined
  const settings = ['.npmrc', '.yarnrc.yml', 'pnpm-workspace.yaml'].filter((path) => tree.paths.includes(path))
  const lockFiles = ['package.json', manager.lockFile, ...settings]
  const { build, shipped } = nodeSources(tree, lockFiles, described.scripts, file)
  // What the source has, it starts: then a build only adds to it, or checks.
  const isBuilt = builds && !tree.paths.includes(file)
  const program = isBuilt ? [file.split('/')[0] ?? file] : [...shipped.folders, ...shipped.files]
  const asksRegistry = settings.some((path) => /registry|npmScopes/i.test(tree.texts.get(path) ?? ''))
  return {
    stack,
    language: 'node',
    name: described.name?.replace(/^@[^/]+\//, ''),
    description: described.description,
    repository: typeof described.repository === 'string' ? described.repository : described.repository?.url,
    bases: { build: node.build, run: node.run },
    template: 'node.Dockerfile',
    values: {
      manager: manager.setUp,
      lockFiles: lockFiles.join(' '),
      cache: manager.cache,
      install: manager.install,
      copySources: copyLines(build),
      build: builds ? `RUN ${manager.build}` : '',
      prune: manager.prune,
      copyProgram: program.map((path) => copyLine([`/app/${path}`, `/app/${path}`], '--from=build ')).join('\n'),
    },
    sources: [...lockFiles, ...build.folders, ...build.files],
    onlyBuild: build.folders.filter((path) => !shipped.folders.includes(path)),
    inImage: isBuilt ? ['package.json'] : ['package.json', ...program],
    entrypoint: ['/nodejs/bin/node', ...flags, `/app/${file}`],
    environment: { NODE_ENV: 'production' },
    libraries: new Set(Object.keys(described.dependencies)),
    secret: asksRegistry || answers.privateRegistry ? { id: 'npmrc', target: '/root/.npmrc' } : undefined,
    structure: {
      present: '/nodejs/bin/node',
      absent: ['/nodejs/bin/npm', '/app/node_modules/typescript', ...(isBuilt ? ['/app/src'] : [])],
    },
    notes: newerNodeNote(node, described.engines?.node),
  }
}

/** The preferred Node that the project accepts; its tag is that of a newer one in time. Throws `SOURCE` if no base without a shell has one. */
function chooseNode(wanted = '*'): (typeof nodes)[number] {
  const found =
    validRange(wanted) === null
      ? undefined
      : (nodes.find(({ version }) => satisfies(version, wanted)) ??
        nodes.find(({ version }) => intersects(wanted, `^${version}`)))
  if (found !== undefined) return found
  throw new DeliveryError(
    'SOURCE',
    `expected an application that runs on Node 24 or 22, found engines.node ${JSON.stringify(wanted)} in package.json`,
    'Widen engines.node.',
  )
}

function newerNodeNote({ version, build }: (typeof nodes)[number], wanted = '*'): string[] {
  return satisfies(version, wanted)
    ? []
    : [
        `engines.node is ${JSON.stringify(wanted)}, newer than ${version}: see that ${build} and the image that ships are of such a version before you lock them.`,
      ]
}

/** The file that Node runs: from the start script, or main. Throws `SOURCE` if the user must name it. */
function howItStarts(
  tree: SourceTree,
  { entry }: Answers,
  { scripts, main }: Package,
): { flags: string[]; file: string } {
  const start = scripts['start']
  const parts = /^(?:NODE_ENV=\w+ )?node ((?:-[\w-]+(?:=\S+)? )*)(\S+)$/.exec(start ?? '')
  const file = entry ?? parts?.[2] ?? (start === undefined ? main : undefined)
  const normal = file?.replace(/^\.\//, '')
  const isThere =
    normal !== undefined &&
    !normal.startsWith('/') &&
    !normal.includes('..') &&
    (scripts['build'] !== undefined || tree.paths.includes(normal))
  if (isThere)
    return { flags: entry === undefined ? (parts?.[1] ?? '').trim().split(' ').filter(Boolean) : [], file: normal }
  const found =
    normal !== undefined
      ? `${normal}, which does not exist and which no build script makes`
      : start === undefined
        ? 'neither scripts.start nor main'
        : `scripts.start ${JSON.stringify(start)}, which starts something else`
  throw new DeliveryError(
    'SOURCE',
    `expected a file for Node to run, found ${found} in package.json`,
    'Add the script "start": "node FILE" to package.json, or pass --entry FILE.',
  )
}

/** The exact version of the manager that package.json names. */
function managerVersion(tree: SourceTree, name: string): string | undefined {
  const named = readSourceDocument(tree, 'package.json', 'JSON', Package).packageManager ?? ''
  return new RegExp(`^${name}@(\\d+\\.\\d+\\.\\d+)`).exec(named)?.[1]
}
