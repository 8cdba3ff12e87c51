import { compileOnDemand, type ProgramsOnDemand } from '../../ci/programs-on-demand.ts'
import { locateCache } from '../../ci/sealed/cache.ts'

/** Programs that only tests need, by their names: compiled from their Go modules where the cache lacks them. */
export function compiled<Name extends string>(modules: ProgramsOnDemand<Name>): Promise<Record<Name, string>> {
  return compileOnDemand(modules, locateCache(), () => undefined, () => undefined)
}
