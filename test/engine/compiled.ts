import { expect } from 'vitest'
import { compileOnDemand, type ProgramsOnDemand } from '../../toolchain/programs-on-demand.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { recordStep } from '../suite/steps.ts'

/** Programs that only tests need, by their names: compiled from their Go modules where the cache lacks them. */
export function compiled<Name extends string>(
  modules: Omit<ProgramsOnDemand<Name>, 'seldom'>,
): Promise<Record<Name, string>> {
  return compileOnDemand(
    { ...modules, seldom: true },
    locateCache(),
    (event) => recordStep(event, expect.getState().testPath),
    () => undefined,
  )
}
