import { existsSync } from 'node:fs'
import { goBuildSteps, ownFlags, type GoBinary, type GoBuild } from './go-binaries.ts'
import type { Cache } from './cache.ts'
import { contentKey, directoryDigest } from './content-key.ts'
import { prerequisites } from './prerequisites.ts'
import { readRecord, writeRecord } from './process-record.ts'
import { withSetUpLock } from './set-up-lock.ts'
import { runSteps, type StepEvent } from './steps.ts'

/** Programs of one Go module that set-up does not compile, because only some people need them. */
export interface ProgramsOnDemand<Name extends string> {
  /** Directory whose sub-directory `module` has the Go module, with go.sum complete. */
  goDirectory: string
  module: string
  /** What is compiled, by the name under which its path is returned. */
  programs: Record<Name, { version: string; package: string }>
  /** Whether they are compiled without inlining, which saves a quarter of the compiler's work: for programs that rarely run. */
  seldom?: boolean
}

/** How they are compiled: by one call of the compiler. */
function buildOf<Name extends string>({ module, programs, seldom = false }: ProgramsOnDemand<Name>): GoBuild {
  const binaries = (Object.keys(programs) as Name[]).map((name): GoBinary => ({
    ...ownFlags,
    ...(seldom ? { gcflags: '-l' } : {}),
    module,
    name,
    ...programs[name],
  }))
  return { module, binaries: binaries as GoBuild['binaries'] }
}

/**
 * Compiles programs from their Go modules as the sealed toolchain compiles its own, into the same cache. If they are
 * already there, it waits for nothing, not even for the set-up of an engine, which does not list these programs. Throws
 * `PREREQUISITE` or `ENGINE`.
 */
export async function compileOnDemand<Name extends string>(
  wanted: ProgramsOnDemand<Name>,
  cache: Cache,
  onProgress: (event: StepEvent) => void,
  say: (line: string) => void,
): Promise<Record<Name, string>> {
  const { goDirectory, module, programs } = wanted
  const names = Object.keys(programs) as Name[]
  const build = buildOf(wanted)
  const { binaries } = build
  const recordPath = cache.path(`${module}-programs.json`)
  const key = contentKey({ source: await directoryDigest(goDirectory), binaries })
  const known = await readRecord<{ key: string; programs: Record<Name, string> }>(recordPath)
  if (known?.key === key && names.every((name) => existsSync(known.programs[name]))) return known.programs

  const compile = goBuildSteps(build, prerequisites, goDirectory)
  return withSetUpLock(cache, undefined, say, async (signal) => {
    const compiled = (await runSteps([compile], { cache, onProgress, signal }))(compile)
    const paths = Object.fromEntries(
      names.map((name) => {
        const path = compiled[name]
        if (path === undefined) throw new Error(`${name} was not compiled`)
        return [name, path]
      }),
    ) as Record<Name, string>
    await writeRecord(recordPath, { key, programs: paths })
    return paths
  })
}
