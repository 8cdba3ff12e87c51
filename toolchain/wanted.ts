import { tools, type Tool } from '../src/tools/images.ts'

/** What a caller needs of the sealed toolchain beyond what every run needs. All of it is made on demand, and stays. */
export interface Wanted {
  /** References of bases and tools that the lock file has to pin, where this network can stand in for them; `all`: whatever it can. */
  references?: readonly string[] | 'all'
  /**
   * Whether modules are called through Dagger. Nobody has read the sources that they are given, so that they get the
   * usual bases, beside the runtime that starts them.
   */
  module?: boolean
}

/** The name of Dagger's runtime for modules in TypeScript among what is made on demand. */
export const typescriptRuntime = 'typescript-runtime'

/**
 * Names of what is made on demand for these wishes. The bases' definitions are loaded only when one may be asked for, which
 * keeps a warm start fast.
 */
export async function namesWanted({ references = [], module = false }: Wanted): Promise<string[]> {
  const published: Tool[] = Object.values(tools)
  const isAsked = ({ reference }: Pick<Tool, 'reference'>) => references === 'all' || references.includes(reference)
  const asked = published.filter((tool) => tool.onDemand && isAsked(tool))
  const names = [...asked.map(({ name }) => name), ...(module ? [typescriptRuntime] : [])]
  if (!module && references !== 'all' && references.length === asked.length) return names
  const { bases } = await import('./bases/index.ts')
  const { basesOnDemand, namesOnDemand } = await import('./bases-on-demand/index.ts')
  const usual = bases.filter((base) => module || base.references.some((reference) => isAsked({ reference })))
  return [
    ...names,
    ...usual.map(({ name }) => name),
    ...(references === 'all' ? basesOnDemand.map(({ name }) => name) : namesOnDemand(references)),
  ]
}
