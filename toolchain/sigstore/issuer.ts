import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'

/** What an identity token of this issuer says. */
export interface TokenRequest {
  /** Address of the issuer, as its discovery document has it. */
  issuer: string
  /** The identity that it asserts. */
  email: string
  /** What else it says, e.g. of a workflow. */
  claims?: Readonly<Record<string, string>>
  now: Date
  /** Negative for a token that has expired already. */
  lifetimeSeconds: number
}

/** A new key of an issuer: PKCS#8, PEM. */
export function newIssuerKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

/** An OpenID Connect identity token (RS256) for the audience `sigstore`. */
export function issueToken(
  privateKey: string,
  { issuer, email, claims: further, now, lifetimeSeconds }: TokenRequest,
): string {
  const issuedAt = Math.floor(now.getTime() / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: keyId(privateKey) }
  const claims = {
    iss: issuer,
    sub: email,
    aud: 'sigstore',
    email,
    email_verified: true,
    iat: issuedAt + Math.min(0, lifetimeSeconds),
    exp: issuedAt + lifetimeSeconds,
    ...further,
  }
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
}

/** Serves the two documents by which relying parties know an issuer (OpenID Connect Discovery 1.0): its description and its keys. */
export function serveIssuer(issuer: string, privateKey: string): Server {
  const documents: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/keys`,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/keys': {
      keys: [
        {
          ...createPublicKey(createPrivateKey(privateKey)).export({ format: 'jwk' }),
          use: 'sig',
          alg: 'RS256',
          kid: keyId(privateKey),
        },
      ],
    },
  }
  return createServer((request, response) => {
    const document = documents[request.url ?? '']
    response
      .writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? { error: 'not found' }))
  })
}

function keyId(privateKey: string): string {
  const spki = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('hex').slice(0, 16)
}
