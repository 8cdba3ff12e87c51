import { describe, expect, it } from 'vitest'
import { expectedSigner } from '../../../../src/stages/verify/expected-signer.ts'

const nobody = { publicKey: undefined, identity: undefined, issuer: undefined, trustedRoot: undefined }
const issuer = 'https://issuer.example.com'

describe('the signer that a consumer expects', () => {
  it('is the owner of a key, or whoever an issuer vouches for', () => {
    expect(expectedSigner({ ...nobody, publicKey: 'PEM' })).toEqual({
      kind: 'key',
      publicKey: 'PEM',
      transparencyLog: 'none',
    })
    expect(expectedSigner({ ...nobody, identity: 'ci@acme.example', issuer, claims: [] })).toEqual({
      kind: 'certificate',
      identity: 'ci@acme.example',
      issuer,
      transparencyLog: 'required',
    })
  })

  it('may be known by a pattern, and by what else the certificate says', () => {
    const identity = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/*'
    expect(expectedSigner({ ...nobody, identity, issuer, claims: ['repository=acme/shop'] })).toEqual({
      kind: 'certificate',
      identity,
      isPattern: true,
      issuer,
      claims: { repository: 'acme/shop' },
      transparencyLog: 'required',
    })
  })

  it.each([
    ['nobody', nobody],
    ['claims alone', { ...nobody, claims: ['repository=acme/shop'] }],
    ['claims of a key', { ...nobody, publicKey: 'PEM', claims: ['repository=acme/shop'] }],
    ['claims without an identity', { ...nobody, issuer, claims: ['repository=acme/shop'] }],
    ['an identity that nobody vouches for', { ...nobody, identity: 'ci@acme.example' }],
    ['a key and an identity', { ...nobody, publicKey: 'PEM', identity: 'ci@acme.example', issuer }],
    ['everybody', { ...nobody, identity: '*', issuer }],
  ])('is not %s', (_, description) => {
    expect(() => expectedSigner(description)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
