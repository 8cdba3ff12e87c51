import { existsSync } from 'node:fs'
import { goBuildSteps, type GoBinary } from './sealed/go-binaries.ts'
import type { Cache } from './sealed/cache.ts'
import { contentKey, directoryDigest } from './sealed/content-key.ts'
import { installPrerequisites } from './sealed/prerequisites.ts'
import { readRecord, writeRecord } from './sealed/process-record.ts'
import { withSetUpLock } from './sealed/set-up-lock.ts'
import { runSteps, type Step, type StepEvent } from './sealed/steps.ts'

/** Programs of one Go module that no set-up makes, because only some people need them. */
export interface ProgramsOnDemand<Name extends string> {
  /** Directory whose sub-directory `module` has the Go module, with go.sum complete. */
  goDirectory: string
  module: string
  /** What is compiled, by the name under which its path is given. */
  programs: Record<Name, { version: string; package: string }>
}

/** Compiled as the sealed toolchain compiles its own, and in the same cache; apart from its list, so that an engine's set-up knows nothing of them. */
const flags = {
  ldflags: '-s -w',
  tags: [],
  env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'go1.26.8', GOWORK: 'off' },
}

/**
 * Compiles programs from their Go modules, unless the cache has them: then nothing is waited for, not even the set-up of an engine.
 * Throws `PREREQUISITE` or `ENGINE`.
 */
export async function compileOnDemand<Name extends string>({ goDirectory, module, programs }: ProgramsOnDemand<Name>, cache: Cache, onProgress: (event: StepEvent) => void, say: (line: string) => void): Promise<Record<Name, string>> {
  const names = Object.keys(programs) as Name[]
  const binaries = names.map((name): GoBinary => ({ ...flags, module, name, ...programs[name] }))
  const recordPath = cache.path(`${module}-programs.json`)
  const key = contentKey({ source: await directoryDigest(goDirectory), binaries })
  const known = await readRecord<{ key: string; programs: Record<Name, string> }>(recordPath)
  if (known?.key === key && names.every((name) => existsSync(known.programs[name]))) return known.programs

  const prerequisites: Step<void> = { name: 'prerequisites', doing: 'looking for the commands that are needed', done: 'the commands that are needed are there', cost: 'network', needs: [], run: installPrerequisites }
  const compile = goBuildSteps({ module, binaries: binaries as [GoBinary, ...GoBinary[]] }, prerequisites, goDirectory)
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
