import { describe, expect, test } from 'vitest'
import {
  effectiveCapabilities,
  engineBundle,
  engineConfiguration,
  type EngineParts,
} from '../../../toolchain/engine-bundle.ts'

const parts: EngineParts = {
  name: 'loadline-1',
  root: '/c/root',
  state: '/c/state',
  sockets: '/run/loadline/1',
  configuration: '/c/engine.json',
  binaries: {
    'dagger-engine': '/b/dagger-engine',
    'dagger-init': '/b/dagger-init',
    'dial-stdio': '/b/dial-stdio',
    dnsname: '/b/dnsname',
  },
  runtime: { content: '/c/content', manifest: 'sha256:1' },
  capabilities: ['CAP_CHOWN'],
  cacheRoot: '/c',
}

function environment(env: NodeJS.ProcessEnv): string[] {
  return (engineBundle(parts, env).process as { env: string[] }).env
}

describe('effectiveCapabilities', () => {
  test('reads the mask: here a root without CAP_SYS_RESOURCE', () => {
    const found = effectiveCapabilities('Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t000001fffeffffff\n')
    expect(found).toHaveLength(40)
    expect(found).not.toContain('CAP_SYS_RESOURCE')
    expect(found).toContain('CAP_CHECKPOINT_RESTORE')
  })

  test('gives nothing to a process that has nothing', () => {
    expect(effectiveCapabilities('CapEff:\t0000000000000000\n')).toEqual([])
    expect(effectiveCapabilities('')).toEqual([])
  })
})

test('without the runtime of modules the engine gets neither its content nor its digest', () => {
  const text = (runtime: EngineParts['runtime']) => JSON.stringify(engineBundle({ ...parts, runtime }, {}))
  expect(text(parts.runtime)).toContain('DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST=sha256:1')
  expect(text(parts.runtime)).toContain('/c/content')
  expect(text(undefined)).not.toMatch(/MANIFEST_DIGEST|dagger\/content/)
})

test('references of public registries are looked for on loopback first', () => {
  const { registries } = engineConfiguration({ host: '127.0.0.1', port: 5001 }) as {
    registries: Record<string, unknown>
  }
  for (const host of ['docker.io', 'gcr.io', 'ghcr.io', 'quay.io', 'registry.k8s.io', 'public.ecr.aws']) {
    expect(registries[host]).toEqual({ mirrors: ['127.0.0.1:5001'] })
  }
  expect(registries['127.0.0.1:5001']).toEqual({ http: true })
})

test('proxies are handed on, and loopback is exempt from them', () => {
  expect(environment({}).filter((entry) => /proxy/i.test(entry))).toEqual([])
  expect(environment({ HTTPS_PROXY: 'http://p:3128', NO_PROXY: '.corp' })).toEqual(
    expect.arrayContaining([
      'HTTPS_PROXY=http://p:3128',
      'NO_PROXY=.corp,127.0.0.1,localhost',
      'no_proxy=.corp,127.0.0.1,localhost',
    ]),
  )
})

test('a binary that was not compiled is a mistake, not an empty mount', () => {
  expect(() => engineBundle({ ...parts, binaries: {} }, {})).toThrow('does not list dagger-engine')
})
