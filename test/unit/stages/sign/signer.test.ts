import type { Secret } from '@dagger.io/dagger'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../../src/policy/index.ts'
import { planSigning, type Signer } from '../../../../src/stages/sign/signer.ts'
import { offline } from '../../../../src/tools/cosign/services.ts'

const secret = {} as Secret
const key: Signer = { kind: 'key', key: secret }
const keyless: Signer = { kind: 'keyless', identityToken: async () => secret }

function services(lists: Record<string, string[]>) {
  const urls = Object.entries(lists).map(([name, list]) => [
    name,
    list.map((url) => ({ url, majorApiVersion: name === 'rekorTlogUrls' ? 2 : 1 })),
  ])
  return {
    services: {
      signingConfig: JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
        ...Object.fromEntries(urls),
      }),
      trustedRoot: offline.trustedRoot,
    },
  }
}

const policy = (differences: Partial<typeof defaultPolicy.signing> = {}) => ({
  ...defaultPolicy.signing,
  ...differences,
})
const own = {
  caUrls: ['https://ca.example.com'],
  rekorTlogUrls: ['https://log.example.com'],
  tsaUrls: ['https://time.example.com'],
}

describe('planSigning', () => {
  it('signs offline with a key under every policy', () => {
    for (const transparencyLog of ['none', 'private', 'public-allowed'] as const)
      expect(planSigning(key, policy({ transparencyLog })).services.transparencyLog).toBe('none')
  })

  it('refuses the public instance by default, before anything is pushed', () => {
    expect(() => planSigning(keyless, policy())).toThrow(
      /public Sigstore instance.*the policy says signing.transparencyLog: private/,
    )
    expect(() =>
      planSigning({ ...key, ...services({ rekorTlogUrls: ['https://rekor.sigstore.dev'] }) }, policy()),
    ).toThrow(expect.objectContaining({ code: 'SIGN', hint: expect.stringContaining('Nothing was pushed') }))
  })

  it('uses the public instance where the policy allows that everybody knows', () => {
    expect(planSigning(keyless, policy({ transparencyLog: 'public-allowed' })).services.transparencyLog).toBe('public')
  })

  it('refuses even a private log if the policy allows none', () => {
    expect(() => planSigning({ ...keyless, ...services(own) }, policy({ transparencyLog: 'none' }))).toThrow(
      /transparency log https:\/\/log.example.com/,
    )
    expect(planSigning({ ...keyless, ...services(own) }, policy()).services.transparencyLog).toBe('private')
  })

  it('needs a certificate authority without a key, and a proof of the time', () => {
    expect(() => planSigning({ ...keyless, ...services({}) }, policy())).toThrow(/certificate authority/)
    expect(() => planSigning({ ...keyless, ...services({ caUrls: own.caUrls }) }, policy())).toThrow(
      /timestamp authority/,
    )
    expect(
      planSigning(
        { ...keyless, ...services({ caUrls: own.caUrls, tsaUrls: own.tsaUrls }) },
        policy({ transparencyLog: 'none' }),
      ).services.transparencyLog,
    ).toBe('none')
  })

  it('writes the formats that the policy names', () => {
    expect(planSigning(key, policy()).formats).toEqual(['bundle'])
    expect(planSigning(key, policy({ format: 'legacy' })).formats).toEqual(['legacy'])
    expect(planSigning(key, policy({ format: 'both' })).formats).toEqual(['bundle', 'legacy'])
  })

  it('refuses the older format where the log accepts only bundles', () => {
    expect(() => planSigning({ ...keyless, ...services(own) }, policy({ format: 'both' }))).toThrow(
      /accepts only bundles/,
    )
  })
})
