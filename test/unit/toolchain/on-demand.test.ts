import { describe, expect, it } from 'vitest'
import { wantedBy } from '../../../ci/run/choose-engine.ts'
import { namedImages } from '../../../ci/run/named-images.ts'
import { supportImages, tools } from '../../../src/tools/images.ts'
import { basesOnDemand } from '../../../toolchain/bases-on-demand/index.ts'
import { bases } from '../../../toolchain/bases/index.ts'
import { locateCache } from '../../../toolchain/cache.ts'
import { compilationNotice, planSetUp, wantedBases, wantedTools } from '../../../toolchain/set-up.ts'
import { planSteps } from '../../../toolchain/steps.ts'
import { namesWanted, typescriptRuntime } from '../../../toolchain/wanted.ts'

const rust = 'docker.io/library/rust:1-bookworm'
const usual = bases.map(({ name }) => name)

describe('Cosign in the sealed toolchain', () => {
  it('is wanted by every command that does not say that it needs none', async () => {
    const references = async (search: Parameters<typeof wantedBy>[0]) => (await wantedBy(search)).references
    expect(await references({})).toEqual([tools.cosign.reference])
    expect(await references({ images: async () => [rust] })).toEqual([rust, tools.cosign.reference])
    expect(await references({ images: async () => [rust], withoutCosign: true })).toEqual([rust])
    expect(await references({ withoutCosign: true })).toEqual([])
    expect(await references({ images: async () => 'all' })).toBe('all')
  })

  it('is made where its reference is wanted, with or without bases', async () => {
    expect(await namesWanted({})).toEqual([])
    expect(await namesWanted({ references: [tools.cosign.reference] })).toEqual(['cosign'])
    expect(await namesWanted({ references: [rust, tools.cosign.reference] })).toEqual(['cosign', 'rust'])
    expect(await namesWanted({ references: [rust] })).toEqual(['rust'])
    // What every set-up makes needs no name of its own.
    expect(await namesWanted({ references: [tools.trivy.reference] })).toEqual([])
    expect(await namesWanted({ references: 'all' })).toEqual([
      'cosign',
      ...usual,
      ...basesOnDemand.map(({ name }) => name),
    ])
  })

  it('is the only tool that a set-up leaves out', () => {
    const names = (onDemand: readonly string[]) => wantedTools(onDemand).map(({ name }) => name)
    expect(names([])).not.toContain('cosign')
    expect(names(['rust'])).toEqual(names([]))
    expect(names(['cosign']).filter((name) => !names([]).includes(name))).toEqual(['cosign'])
  })
})

describe('the runtime of Dagger modules', () => {
  it('is wanted by the commands that call modules, with the usual bases, because nobody has read their sources', async () => {
    expect((await wantedBy({})).module).toBe(false)
    const wanted = await wantedBy({ module: true })
    expect(await namesWanted(wanted)).toEqual(['cosign', typescriptRuntime, ...usual])
    expect(await namesWanted({ references: [rust], module: true })).toEqual([typescriptRuntime, ...usual, 'rust'])
  })
})

describe('the first set-up', () => {
  async function steps(onDemand: readonly string[]): Promise<string[]> {
    const plan = await planSetUp(locateCache({ LOADLINE_CACHE: '/nowhere' }), {}, onDemand)
    return planSteps(Object.values(plan)).map(({ name }) => name)
  }

  it('of a build in Python makes its two bases, and neither Cosign nor the runtime of modules', async () => {
    const references = await namedImages('examples/fastapi-postgres', {}, {}, new Date())
    const names = await namesWanted(await wantedBy({ images: async () => references, withoutCosign: true }))
    expect(names).toEqual(['python-slim', 'distroless-python3-debian12-nonroot'])
    const made = await steps(names)
    expect(made.filter((name) => name.endsWith(' base'))).toEqual([
      'python-slim base',
      'distroless-static-debian12-nonroot base',
      'distroless-python3-debian12-nonroot base',
    ])
    expect(made.filter((name) => name.endsWith(' compile')).toSorted()).toEqual([
      'advisories compile',
      'batch compile',
      'container-structure-test compile',
      'dive compile',
      'dockerfile compile',
      'engine compile',
      'inspect compile',
      'registry compile',
      'sandbox compile',
      'trivy compile',
    ])
    expect(made).not.toContain('typescript runtime')
    // It waits for neither Trivy nor the bases.
    expect(made.indexOf('engine')).toBeLessThan(made.indexOf('trivy compile'))
  })

  it('for modules makes their runtime, whose engine waits for the lock file in it', async () => {
    const made = await steps([typescriptRuntime])
    expect(made).toContain('typescript runtime')
    expect(made.indexOf('engine')).toBeGreaterThan(made.indexOf('lock file'))
  })

  it('says beforehand how long the compiler will take, if that is minutes', () => {
    expect(compilationNotice(['engine', 'trivy'])).toBe(
      'compiling the engine and Trivy takes about 6 minutes on two cores, once',
    )
    expect(compilationNotice(['cosign'])).toBe('compiling Cosign takes about 2 minutes on two cores, once')
    expect(compilationNotice([])).toBeUndefined()
    expect(compilationNotice(['dive'])).toBeUndefined()
  })

  it('makes the base with the certificates for every command', () => {
    const [certificates, ...others] = wantedBases([])
    expect(certificates?.references).toContain(supportImages.certificates.reference)
    expect(others).toEqual([])
    expect(wantedBases(['rust', 'golang']).map(({ name }) => name)).toEqual([
      'golang',
      'distroless-static-debian12-nonroot',
      'rust',
    ])
  })
})
