import { describe, expect, it } from 'vitest'
import { wantedImages } from '../../../ci/run/choose-engine.ts'
import { tools } from '../../../src/tools/images.ts'
import { basesOnDemand } from '../../../toolchain/bases-on-demand/index.ts'
import { namesWanted } from '../../../toolchain/index.ts'
import { wantedTools } from '../../../toolchain/set-up.ts'

const rust = 'docker.io/library/rust:1-bookworm'

describe('Cosign in the sealed toolchain', () => {
  it('is wanted by every command that does not say that it needs none', async () => {
    expect(await wantedImages({})).toEqual([tools.cosign.reference])
    expect(await wantedImages({ images: async () => [rust] })).toEqual([rust, tools.cosign.reference])
    expect(await wantedImages({ images: async () => [rust], withoutCosign: true })).toEqual([rust])
    expect(await wantedImages({ withoutCosign: true })).toEqual([])
    expect(await wantedImages({ images: async () => 'all' })).toBe('all')
  })

  it('is made where its reference is wanted, with or without bases on demand', async () => {
    expect(await namesWanted([])).toEqual([])
    expect(await namesWanted([tools.cosign.reference])).toEqual(['cosign'])
    expect(await namesWanted([rust, tools.cosign.reference])).toEqual(['cosign', 'rust'])
    expect(await namesWanted([rust])).toEqual(['rust'])
    // What every set-up makes needs no name of its own.
    expect(await namesWanted([tools.trivy.reference])).toEqual([])
    expect(await namesWanted('all')).toEqual(['cosign', ...basesOnDemand.map(({ name }) => name)])
  })

  it('is the only tool that a set-up leaves out', () => {
    const names = (onDemand: readonly string[]) => wantedTools(onDemand).map(({ name }) => name)
    expect(names([])).not.toContain('cosign')
    expect(names(['rust'])).toEqual(names([]))
    expect(names(['cosign']).filter((name) => !names([]).includes(name))).toEqual(['cosign'])
  })
})
