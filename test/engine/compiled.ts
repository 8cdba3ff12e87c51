import { expect } from 'vitest'
import { locateCache } from '../../toolchain/cache.ts'
import { compileOnDemand, type ProgramsOnDemand } from '../../toolchain/programs-on-demand.ts'
import { sigstorePrograms, type SigstorePrograms } from '../../toolchain/sigstore/programs.ts'
import type { StepEvent } from '../../toolchain/steps.ts'
import { recordStep } from '../suite/steps.ts'

/** A run of the whole suite has compiled them already. What a single file has to wait for is written down as its own. */
const onProgress = (event: StepEvent) => recordStep(event, expect.getState().testPath)

/** Programs that tests need, by their names: compiled from their Go module where the cache lacks them. */
export function compiled<Name extends string>(modules: ProgramsOnDemand<Name>): Promise<Record<Name, string>> {
  return compileOnDemand(modules, locateCache(), onProgress, () => undefined)
}

/** The programs of a private Sigstore, likewise. */
export function compiledSigstore(): Promise<SigstorePrograms> {
  return sigstorePrograms(locateCache(), onProgress, () => undefined)
}
