import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { expectedSigner, isExpected } from '../../../../src/stages/verify/expected-signer.ts'

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

  it("may be identified by a pattern, and by the certificate's other claims", () => {
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

describe('whoever signs', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const key = (text: string) => expectedSigner({ ...nobody, publicKey: text })
  const named = (identity: string, by = issuer) => expectedSigner({ ...nobody, identity, issuer: by })

  it.each([
    ['the same key, however it is written', key(pem), key(`\n${pem.replaceAll('\n', '\r\n')}`)],
    ['the same identity', named('ci@acme.example'), named('ci@acme.example')],
    ['an identity of the pattern', named('ci@acme.example'), named('*@acme.example')],
  ])('is expected with %s', (_, somebody, expected) => {
    expect(isExpected(somebody, expected)).toBe(true)
  })

  it.each([
    ['another key', key(other.export({ type: 'spki', format: 'pem' }).toString()), key(pem)],
    ['a key, where an identity is expected', key(pem), named('ci@acme.example')],
    ['an identity, where a key is expected', named('ci@acme.example'), key(pem)],
    ['another identity', named('mallory@acme.example'), named('ci@acme.example')],
    [
      'the identity that another issuer vouches for',
      named('ci@acme.example', 'https://x.example'),
      named('ci@acme.example'),
    ],
    ['an identity outside of the pattern', named('ci@evil.example'), named('*@acme.example')],
  ])('is not expected with %s', (_, somebody, expected) => {
    expect(isExpected(somebody, expected)).toBe(false)
  })
})
