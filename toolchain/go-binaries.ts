import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { packageRoot } from '../src/engine/package-root.ts'
import { ownTools, type OwnTool } from '../src/tools/images.ts'
import { holdsResult, type Cache } from './cache.ts'
import { contentKey, directoryDigest, type KeyInputs } from './content-key.ts'
import type { Step } from './steps.ts'

/** One program of `go/binaries.json`: everything its build depends on. */
export const GoBinary = z.strictObject({
  /** What the compiled file is called. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string(),
  /** Directory of the Go module that pins it, below `go/` or, for programs of our own, `programs/`. */
  module: z.string().regex(/^[a-z0-9-]+$/),
  package: z.string(),
  ldflags: z.string(),
  /** Further flags of the compiler. */
  gcflags: z.string().optional(),
  tags: z.array(z.string()),
  env: z.record(z.string(), z.string()),
})
export type GoBinary = z.infer<typeof GoBinary>

/** Programs of one module that are built with the same flags, hence by one call of the compiler. */
export interface GoBuild {
  module: string
  binaries: [GoBinary, ...GoBinary[]]
}

/** A compiled module: the path of each of its binaries by name. */
export type CompiledBinaries = Record<string, string>

const goDirectory = join(packageRoot, 'toolchain/go')
const ownDirectory = join(packageRoot, 'programs')

/**
 * The longest go first; before all of them the program that pushes what others assemble.
 */
const priorities: Record<string, number> = { registry: 100, trivy: 90, engine: 80, cosign: 70 }

/** Every program that the sealed toolchain compiles: those of `go/binaries.json`, and Loadline's own. */
export async function readGoBinaries(): Promise<GoBinary[]> {
  const published = z.array(GoBinary).parse(JSON.parse(await readFile(join(goDirectory, 'binaries.json'), 'utf8')))
  return [...published, ...Object.values(ownTools).map(ownBinary)]
}

/** The flags of every program that does not set its own. */
export const ownFlags = {
  ldflags: '-s -w',
  tags: [],
  env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'go1.26.8', GOWORK: 'off' },
} satisfies Partial<GoBinary>

/** Loadline's own programs are built as a connected engine builds them. */
function ownBinary({ name, version, source, tags = [] }: OwnTool): GoBinary {
  return { name, version, module: basename(source), package: '.', ...ownFlags, tags: [...tags] }
}

/**
 * Flags and environment with which Loadline's own programs are compiled. Other Go commands that use the same ones find
 * the packages already compiled.
 */
export function howOwnIsBuilt(tool: OwnTool, buildCache: string): { flags: string[]; env: Record<string, string> } {
  const binary = ownBinary(tool)
  return { flags: buildFlags(binary), env: buildEnvironment(binary, buildCache) }
}

/** Groups programs by module and flags, in the order of the list. */
export function groupGoBuilds(binaries: readonly GoBinary[]): GoBuild[] {
  const builds = new Map<string, GoBuild>()
  for (const binary of binaries) {
    const { module, ldflags, gcflags = '', tags, env } = binary
    const key = contentKey({ module, ldflags, gcflags, tags, env })
    const build = builds.get(key)
    if (build === undefined) builds.set(key, { module, binaries: [binary] })
    else build.binaries.push(binary)
  }
  return [...builds.values()]
}

/** Whether the cache has what a build gives. */
export async function isCompiled(build: GoBuild, cache: Cache): Promise<boolean> {
  return holdsResult(cache, `${titleOf(build)}-binaries`, contentKey(await compilerInputs(build)))
}

/**
 * The two steps of a build: the modules it needs are downloaded beside other work, then it is compiled.
 * `moduleDirectory` is the directory that has its Go module.
 */
export function goBuildSteps(
  build: GoBuild,
  prerequisites: Step<void>,
  moduleDirectory = directoryOf(build),
): Step<CompiledBinaries> {
  const { module } = build
  const [first] = build.binaries
  const title = titleOf(build)
  const directory = join(moduleDirectory, module)
  const packages = build.binaries.map((binary) => binary.package)
  const priority = priorities[title] ?? 50
  const version = first.version.replace(/^v/, '')

  const modules: Step<string> = {
    name: `${title} modules`,
    doing: `downloading the Go modules of ${title}`,
    done: `the Go modules of ${title} downloaded`,
    cost: 'network',
    needs: [prerequisites],
    priority,
    async run({ once, run, cache }) {
      const inputs = { source: await directoryDigest(directory), packages, tags: first.tags, env: first.env }
      // Loading the packages downloads exactly the modules that have them, each checked against the committed go.sum.
      return once(`${title}-modules`, inputs, async () => {
        const tags = first.tags.length === 0 ? [] : ['-tags', first.tags.join(',')]
        await run('go', ['list', '-deps', ...tags, ...packages], {
          cwd: directory,
          env: buildEnvironment(first, buildCacheOf(build, cache)),
        })
      })
    },
  }

  return {
    name: `${title} compile`,
    doing: `compiling ${title} ${version}`,
    done: `${title} ${version} compiled`,
    cost: 'cpu',
    needs: [modules],
    priority,
    async run({ once, run, cache }) {
      const inputs = await compilerInputs(build, moduleDirectory)
      const made = await once(`${title}-binaries`, inputs, async (work) => {
        const compiled = join(work, 'compiled')
        await mkdir(compiled)
        await run('go', ['build', ...buildFlags(first), '-o', `${compiled}/`, ...packages], {
          cwd: directory,
          env: buildEnvironment(first, buildCacheOf(build, cache)),
        })
        for (const binary of build.binaries)
          await rename(join(compiled, compiledName(binary.package, module)), join(work, binary.name))
      })
      if (sharesNothing(build)) await rm(buildCacheOf(build, cache), { recursive: true, force: true })
      return Object.fromEntries(build.binaries.map(({ name }) => [name, join(made, name)]))
    },
  }
}

/**
 * Whether no other program can use the packages that this build compiles, not even Go's own: the compiler keeps those of
 * each set of experiments apart. A gigabyte for Trivy, which is removed when it is compiled.
 */
function sharesNothing({ binaries: [{ env }] }: GoBuild): boolean {
  return env.GOEXPERIMENT !== undefined
}

/** Where Go keeps the packages that it has compiled, so that a killed compilation continues where it stopped. */
function buildCacheOf(build: GoBuild, cache: Cache): string {
  return cache.path(sharesNothing(build) ? `go-build-${titleOf(build)}` : 'go-build')
}

function titleOf({ module, binaries }: GoBuild): string {
  return binaries.length === 1 ? binaries[0].name : module
}

function directoryOf({ module }: GoBuild): string {
  return Object.hasOwn(ownTools, module) ? ownDirectory : goDirectory
}

async function compilerInputs(build: GoBuild, moduleDirectory = directoryOf(build)): Promise<KeyInputs> {
  const source = await directoryDigest(join(moduleDirectory, build.module))
  return { source, binaries: build.binaries, flags: buildFlags(build.binaries[0]) }
}

/**
 * The flags that every build has, and those of its own. `-trimpath` keeps this machine's paths out of the bytes. Debug
 * information, which `-s -w` drops at the end, is not generated in the first place: a seventh of the compiler's work.
 */
function buildFlags(binary: GoBinary): string[] {
  return [
    '-trimpath',
    `-gcflags=all=-dwarf=false ${binary.gcflags ?? ''}`.trimEnd(),
    '-ldflags',
    binary.ldflags,
    ...(binary.tags.length === 0 ? [] : ['-tags', binary.tags.join(',')]),
  ]
}

/**
 * What the user's own settings must not change: target, and where compiled packages are kept. The compiler's short
 * processes collect garbage rarely, which saves a twentieth of their time.
 */
function buildEnvironment(binary: GoBinary, buildCache: string): Record<string, string> {
  return {
    GOOS: 'linux',
    GOARCH: 'amd64',
    GOAMD64: 'v1',
    GOEXPERIMENT: '',
    GOCACHE: buildCache,
    GOGC: '400',
    ...binary.env,
  }
}

/** The file name that `go build -o directory/` gives: the last element of the package path that is not a major version. */
function compiledName(packagePath: string, module: string): string {
  if (packagePath === '.') return module
  const elements = packagePath.split('/').filter((element) => !/^v[0-9]+$/.test(element))
  return elements.at(-1) ?? module
}
