import { describe, expect, it } from 'vitest'
import { basesOnDemand } from '../../../../toolchain/bases-on-demand/index.ts'
import { bases as always } from '../../../../toolchain/bases/index.ts'
import { namesWanted } from '../../../../toolchain/wanted.ts'
import { cleanEnvironment } from '../../../../toolchain/bases/assembly/run-debian-tool.ts'

const bases = [...always, ...basesOnDemand]

describe('bases', () => {
  it('stand in for each reference once, under names and keys of their own', () => {
    for (const values of [
      bases.map(({ name }) => name),
      bases.map(({ key }) => key),
      bases.flatMap(({ references }) => references),
    ]) {
      expect(new Set(values).size).toBe(values.length)
    }
  })

  it('spell references with registry, repository and tag', () => {
    expect(
      bases
        .flatMap(({ references }) => references)
        .filter((reference) => !/^(docker\.io\/library|gcr\.io\/distroless)\/[a-z0-9-]+:[a-z0-9.-]+$/.test(reference)),
    ).toEqual([])
  })

  it('offer no image with a shell as distroless', () => {
    expect(bases.flatMap(({ references }) => references).filter((reference) => reference.endsWith(':debug'))).toEqual(
      [],
    )
  })
})

describe('bases on demand', () => {
  it('are those that stand in for what a source names, and no others', async () => {
    const named = (...references: string[]) => namesWanted({ references })
    expect(
      await named(
        'docker.io/library/rust:1-bookworm',
        'gcr.io/distroless/cc-debian12:nonroot',
        'docker.io/library/redis:8-bookworm',
      ),
    ).toEqual(['distroless-cc-debian12-nonroot', 'rust'])
    expect(await named('docker.io/library/redis:8-trixie')).toEqual(['redis'])
    expect(await named('gcr.io/distroless/java17-debian12:nonroot', 'docker.io/library/postgres:17-bookworm')).toEqual([
      'distroless-java17-debian12-nonroot',
      'postgres',
    ])
    expect(await named()).toEqual([])
  })

  it('have keys that no change of the other bases can leave as they were', () => {
    const [one = '', other = ''] = [always, basesOnDemand].map(([base]) => base?.key.slice(-32))
    expect(one).toMatch(/^[0-9a-f]{32}$/)
    expect(other).toMatch(/^[0-9a-f]{32}$/)
    expect(one).not.toBe(other)
  })
})

describe('cleanEnvironment', () => {
  it('lets proxies through and nothing that a shell exports for other programs', () => {
    const shell = { PATH: '/home/me/.pyenv/shims', PIP_CERT: '/tmp/ca.pem', https_proxy: 'http://proxy.example:3128' }
    const variables = cleanEnvironment(shell, { APT_CONFIG: '/tmp/apt.conf' })
    expect(variables).toContain('https_proxy=http://proxy.example:3128')
    expect(variables).toContain('APT_CONFIG=/tmp/apt.conf')
    expect(variables.filter((variable) => /pyenv|PIP_/.test(variable))).toEqual([])
    expect(variables[0]).toBe('-i')
  })
})
