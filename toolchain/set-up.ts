import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ownTools, supportImages, tools, type OwnTool, type Tool } from '../src/tools/images.ts'
import { packagedPrograms } from './packaged-programs.ts'
import { bases } from './bases/index.ts'
import { basesOnDemand } from './bases-on-demand/index.ts'
import { removeUnfinished, removeUnused, type Cache } from './cache.ts'
import { startEngine, type Engine } from './start-engine.ts'
import { engineRootStep } from './engine-root.ts'
import {
  goBuildSteps,
  groupGoBuilds,
  isCompiled,
  readGoBinaries,
  type CompiledBinaries,
  type GoBinary,
} from './go-binaries.ts'
import {
  baseImageStep,
  baseNames,
  exampleDatabaseNames,
  exampleDatabaseStep,
  packagedToolImageStep,
  pushStep,
  toolImageStep,
  toolNames,
  type StoredBase,
  type StoredImage,
  type StoredTool,
  type WantedTool,
} from './image-steps.ts'
import type { BaseImage } from './image.ts'
import type { SealedOptions, SealedReady } from './sealed-ready.ts'
import { packageRoot } from '../src/engine/package-root.ts'
import { sealedLock, writeLock } from './sealed-lock.ts'
import { prerequisites } from './prerequisites.ts'
import { startRegistry, type Registry } from './registry.ts'
import { runtimeStep } from './runtime-step.ts'
import { runSteps, type Step } from './steps.ts'
import { typescriptRuntime } from './wanted.ts'
import { wheelsStep, wheelVersions } from './wheels.ts'

/** The result of a set-up: the running engine, and how to reach it. */
interface Plan {
  engine: Step<Engine>
  cli: Step<CompiledBinaries>
  registry: Step<Registry>
  lock: Step<string>
}

/**
 * Makes whatever is missing and starts everything. `onDemand` names what is made on demand. Only for the holder of the
 * set-up lock.
 */
export async function setUp(
  cache: Cache,
  options: SealedOptions & { env: NodeJS.ProcessEnv; onDemand: readonly string[] },
): Promise<SealedReady> {
  await removeUnfinished(cache)
  const notice = compilationNotice(await longCompilations(cache, options.onDemand))
  if (notice !== undefined) options.log(`sealed: ${notice}`)
  const plan = await planSetUp(cache, options.env, options.onDemand)
  const result = await runSteps(Object.values(plan), {
    cache,
    onProgress: (event) => options.onProgress(event),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const cliBin = result(plan.cli).dagger
  if (cliBin === undefined) throw new Error('toolchain/go/binaries.json does not list dagger.')
  await removeUnused(cache, new Date())
  return {
    runnerHost: result(plan.engine).runnerHost,
    cliBin,
    lockFile: result(plan.lock),
    registry: result(plan.registry),
  }
}

/** Modules whose compilation takes minutes: how many on two idle cores, and what people call the program. */
const long: Record<string, { minutes: number; title: string }> = {
  engine: { minutes: 3, title: 'the engine' },
  trivy: { minutes: 3, title: 'Trivy' },
  cosign: { minutes: 2, title: 'Cosign' },
}

/** The modules that take long and have yet to be compiled. */
async function longCompilations(cache: Cache, onDemand: readonly string[]): Promise<string[]> {
  const modules: string[] = []
  for (const build of groupGoBuilds(await readGoBinaries())) {
    const { module } = build
    const wanted = Object.hasOwn(long, module) && (module !== tools.cosign.name || onDemand.includes(module))
    if (wanted && !(await isCompiled(build, cache))) modules.push(module)
  }
  return modules
}

/** How long it will take to compile these modules; undefined for nothing that takes minutes. */
export function compilationNotice(modules: readonly string[]): string | undefined {
  const known = modules.flatMap((module) => long[module] ?? [])
  if (known.length === 0) return undefined
  const minutes = known.reduce((sum, one) => sum + one.minutes, 0)
  return `compiling ${known.map(({ title }) => title).join(' and ')} takes about ${minutes} minutes on two cores, once`
}

/** Every step of a set-up and what each needs. Nothing runs yet. */
export async function planSetUp(cache: Cache, env: NodeJS.ProcessEnv, onDemand: readonly string[]): Promise<Plan> {
  const registry = registryStep(cache, env)
  const goBinaries = await readGoBinaries()
  const compiled = compileSteps(goBinaries)
  const wheels = wheelsStep(prerequisites)
  const versions = {
    ...Object.fromEntries(goBinaries.map(({ name, version }) => [name, version])),
    ...(await wheelVersions()),
  }
  const engineBinaries = stepOf(compiled, 'dagger-engine')
  const pusher = stepOf(compiled, 'registry')

  const toolImages = wantedTools(onDemand).map((tool) => {
    requireVersion(tool, versions[tool.name])
    const image = toolStep(tool, compiled.get(tool.name) ?? wheels)
    return pushStep(`the image of ${tool.name}`, image, toolNames, registry, pusher)
  })
  const baseImages = wantedBases(onDemand).map((base) =>
    pushStep(`the base image ${base.name}`, baseImageStep(base, prerequisites), baseNames, registry, pusher),
  )
  const facts = join(packageRoot, 'examples', 'vulnerability-database')
  const exampleDatabase = existsSync(facts)
    ? pushStep(
        'the vulnerability database of the examples',
        exampleDatabaseStep(facts, stepOf(compiled, 'advisories')),
        exampleDatabaseNames,
        registry,
        pusher,
      )
    : undefined
  const lock = lockStep(cache, registry, { toolImages, baseImages, exampleDatabase })
  const runtime = onDemand.includes(typescriptRuntime) ? runtimeStep(lock, engineBinaries, prerequisites) : undefined
  const version = versionOf(goBinaries, 'dagger-engine')
  const engine = engineStep(cache, env, version, { engineBinaries, registry, runtime })
  return { engine, cli: engineBinaries, registry, lock }
}

function engineStep(
  cache: Cache,
  env: NodeJS.ProcessEnv,
  version: string,
  {
    engineBinaries,
    registry,
    runtime,
  }: {
    engineBinaries: Step<CompiledBinaries>
    registry: Step<Registry>
    runtime: ReturnType<typeof runtimeStep> | undefined
  },
): Step<Engine> {
  const root = engineRootStep(prerequisites)
  return {
    name: 'engine',
    doing: 'starting the engine',
    done: 'the engine started',
    cost: 'io',
    needs: [root, registry, engineBinaries, ...(runtime === undefined ? [] : [runtime])],
    run({ result, say, signal }) {
      const inputs = {
        root: result(root),
        runtime: runtime === undefined ? undefined : result(runtime),
        registry: result(registry),
        binaries: result(engineBinaries),
        version,
      }
      return startEngine(cache, inputs, say, signal, env)
    },
  }
}

function registryStep(cache: Cache, env: NodeJS.ProcessEnv): Step<Registry> {
  return {
    name: 'registry',
    doing: 'starting the loopback registry',
    done: 'the loopback registry started',
    cost: 'io',
    needs: [prerequisites],
    priority: 100,
    run: () => startRegistry(cache, env),
  }
}

function toolStep(tool: WantedTool, binaries: Step<CompiledBinaries>): Step<StoredTool> {
  return tool.packages === undefined
    ? toolImageStep(tool, binaries)
    : packagedToolImageStep(tool, packagedPrograms(tool.packages), binaries, prerequisites)
}

/** Every image that the registry serves. */
interface ServedImages {
  toolImages: ReadonlyArray<Step<StoredTool>>
  baseImages: ReadonlyArray<Step<StoredBase>>
  exampleDatabase: Step<StoredImage> | undefined
}

/** Writes the lock file once every image is served. */
function lockStep(
  cache: Cache,
  registry: Step<Registry>,
  { toolImages, baseImages, exampleDatabase }: ServedImages,
): Step<string> {
  return {
    name: 'lock file',
    doing: 'writing the lock file',
    done: 'the lock file written',
    cost: 'io',
    needs: [registry, ...toolImages, ...baseImages, ...(exampleDatabase === undefined ? [] : [exampleDatabase])],
    async run({ result }) {
      const path = cache.path('sealed.lock.json')
      const database = exampleDatabase === undefined ? undefined : result(exampleDatabase).content
      const offers = everyBase.flatMap(({ references }) => references)
      const content = {
        tools: toolImages.map(result),
        bases: baseImages.map(result),
        offers,
        exampleDatabase: database,
      }
      await writeLock(path, sealedLock(result(registry), content))
      return path
    },
  }
}

/** The step that compiles each program, by the program's name. */
function compileSteps(binaries: readonly GoBinary[]): Map<string, Step<CompiledBinaries>> {
  const steps = new Map<string, Step<CompiledBinaries>>()
  for (const build of groupGoBuilds(binaries)) {
    const step = goBuildSteps(build, prerequisites)
    for (const { name } of build.binaries) steps.set(name, step)
  }
  return steps
}

function stepOf(steps: ReadonlyMap<string, Step<CompiledBinaries>>, name: string): Step<CompiledBinaries> {
  const step = steps.get(name)
  if (step === undefined) throw new Error(`Neither toolchain/go/binaries.json nor src/tools/images.ts lists ${name}.`)
  return step
}

function versionOf(binaries: readonly GoBinary[], name: string): string {
  const version = binaries.find((binary) => binary.name === name)?.version
  if (version === undefined) throw new Error(`toolchain/go/binaries.json does not list ${name}.`)
  return version
}

const everyBase = [...bases, ...basesOnDemand]

/** The bases that somebody has asked for, and the one with the certificates with which tools reach registries. */
export function wantedBases(onDemand: readonly string[]): BaseImage[] {
  return everyBase.filter(
    ({ name, references }) => onDemand.includes(name) || references.includes(supportImages.certificates.reference),
  )
}

/** Third-party tools and our own, as the table of tools lists them, without those on demand that nobody has asked for. */
export function wantedTools(onDemand: readonly string[]): WantedTool[] {
  const all: Tool[] = Object.values(tools)
  const published = all.filter((tool) => tool.onDemand !== true || onDemand.includes(tool.name))
  const own: OwnTool[] = Object.values(ownTools)
  return [
    ...published.map(({ name, version, program, reference, user }) => ({
      name,
      version,
      program,
      reference,
      ...(user === undefined ? {} : { user }),
    })),
    ...own.map(({ name, version, program, packages }) => ({
      name,
      version,
      program,
      ...(packages === undefined ? {} : { packages }),
    })),
  ]
}

/** A substitute whose version differs from the table would make every report wrong. */
function requireVersion(tool: WantedTool, built: string | undefined): void {
  if (built?.replace(/^v/, '') === tool.version) return
  throw new Error(
    `expected the sealed toolchain to build ${tool.name} ${tool.version}, as src/tools/images.ts pins it, found ${built ?? 'none'}.`,
  )
}
