import { describe, expect, it } from 'vitest'
import { bases } from '../../../../../ci/sealed/bases/index.ts'
import { cleanEnvironment } from '../../../../../ci/sealed/bases/assembly/run-debian-tool.ts'

describe('bases', () => {
  it('stand in for each reference once, under names and keys of their own', () => {
    for (const values of [bases.map(({ name }) => name), bases.map(({ key }) => key), bases.flatMap(({ references }) => references)]) {
      expect(new Set(values).size).toBe(values.length)
    }
  })

  it('spell references with registry, repository and tag', () => {
    expect(bases.flatMap(({ references }) => references).filter((reference) => !/^(docker\.io\/library|gcr\.io\/distroless)\/[a-z0-9-]+:[a-z0-9.-]+$/.test(reference))).toEqual([])
  })

  it('offer no image with a shell as distroless', () => {
    expect(bases.flatMap(({ references }) => references).filter((reference) => reference.endsWith(':debug'))).toEqual([])
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
