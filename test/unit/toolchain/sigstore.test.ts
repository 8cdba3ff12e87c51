import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { splitCertificates } from '../../../toolchain/sigstore/documents.ts'
import { issueToken, newIssuerKey, serveIssuer } from '../../../toolchain/sigstore/issuer.ts'
import { readIdentityToken } from '../../../src/tools/cosign/identity-token.ts'

const now = new Date('2026-11-24T12:00:00Z')

describe('the issuer of a private Sigstore', () => {
  it('issues tokens that its own published key verifies', async () => {
    const key = newIssuerKey()
    const server = serveIssuer('http://127.0.0.1:1', key).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { issuer, jwks_uri: keys } = (await (
      await fetch(`${url}/.well-known/openid-configuration`)
    ).json()) as Record<string, string>
    expect({ issuer, keys }).toEqual({ issuer: 'http://127.0.0.1:1', keys: 'http://127.0.0.1:1/keys' })
    const jwks = (await (await fetch(`${url}/keys`)).json()) as { keys: Array<Record<string, string>> }
    expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)":/)

    const token = issueToken(key, { issuer: 'http://127.0.0.1:1', email: 'ci@example.com', now, lifetimeSeconds: 600 })
    const [header = '', payload = '', signature = ''] = token.split('.')
    const [jwk] = jwks.keys
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: jwk?.['kid'],
    })
    expect(
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        createPublicKey({ key: { ...jwk }, format: 'jwk' }),
        Buffer.from(signature, 'base64url'),
      ),
    ).toBe(true)
    expect(readIdentityToken(token)).toEqual({
      issuer: 'http://127.0.0.1:1',
      identity: 'ci@example.com',
      expires: new Date('2026-11-24T12:10:00Z'),
    })
    expect((await fetch(`${url}/anything-else`)).status).toBe(404)
  })

  it('can issue a token that has expired', () => {
    expect(
      readIdentityToken(
        issueToken(newIssuerKey(), {
          issuer: 'http://127.0.0.1:1',
          email: 'ci@example.com',
          now,
          lifetimeSeconds: -60,
        }),
      ).expires,
    ).toEqual(new Date('2026-11-24T11:59:00Z'))
  })
})

describe('splitCertificates', () => {
  it('finds every certificate of a chain, and nothing else', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
    const { publicKey } = generateKeyPairSync('ed25519')
    expect(
      splitCertificates(
        `${certificate}\n${publicKey.export({ type: 'spki', format: 'pem' }).toString()}${certificate}\n`,
      ),
    ).toEqual([certificate, certificate])
    expect(splitCertificates('')).toEqual([])
  })
})
