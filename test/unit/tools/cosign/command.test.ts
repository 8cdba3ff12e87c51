import { describe, expect, it } from 'vitest'
import {
  attest,
  publicKey,
  sign,
  verify,
  verifyAttestation,
  type Signing,
  type Verifying,
} from '../../../../src/tools/cosign/command.ts'
import { publicUrls } from '../../../../src/tools/cosign/services.ts'

const image = { program: '/cosign', reference: 'registry.example.com/shop@sha256:1', insecure: false }
const offline: Signing = {
  by: { key: 'env://COSIGN_KEY' },
  services: { signingConfig: '/c.json', trustedRoot: '/r.json', urls: {} },
  format: 'bundle',
}
const keyless: Signing = {
  by: { identityToken: '/token' },
  services: {
    signingConfig: '/c.json',
    trustedRoot: '/r.json',
    urls: {
      fulcio: 'https://ca.example.com',
      rekor: 'https://log.example.com',
      timestamps: 'https://time.example.com',
    },
  },
  format: 'bundle',
}

/** A bundle goes to the registry with others. */
const printed = ['--upload=false', '--bundle', '/dev/stdout']

describe('cosign sign and attest', () => {
  it('signs a bundle with a key and the services of a configuration', () => {
    expect(sign({ ...image, ...offline })).toEqual([
      '/cosign',
      'sign',
      '--yes',
      '--key',
      'env://COSIGN_KEY',
      '--signing-config',
      '/c.json',
      '--trusted-root',
      '/r.json',
      ...printed,
      image.reference,
    ])
  })

  it('names the file of an identity token, never a token', () => {
    expect(sign({ ...image, ...keyless }).slice(3, 5)).toEqual(['--identity-token', '/token'])
  })

  it('leaves the choice of services to Cosign where none are given: the public instance', () => {
    expect(sign({ ...image, by: { identityToken: '/token' }, services: { urls: {} }, format: 'bundle' })).toEqual([
      '/cosign',
      'sign',
      '--yes',
      '--identity-token',
      '/token',
      ...printed,
      image.reference,
    ])
  })

  it('logs in the public instance, too, in the older format without a key', () => {
    expect(
      sign({ ...image, by: { identityToken: '/token' }, services: { urls: publicUrls }, format: 'legacy' }),
    ).toEqual(
      expect.arrayContaining(['--tlog-upload=true', 'https://rekor.sigstore.dev', 'https://fulcio.sigstore.dev']),
    )
  })

  it('gives the older format single addresses, because it knows no configuration', () => {
    expect(sign({ ...image, ...keyless, format: 'legacy' }).slice(5, -1)).toEqual([
      '--new-bundle-format=false',
      '--use-signing-config=false',
      '--tlog-upload=true',
      '--rekor-url',
      'https://log.example.com',
      '--fulcio-url',
      'https://ca.example.com',
      '--timestamp-server-url',
      'https://time.example.com',
      '--trusted-root',
      '/r.json',
    ])
  })

  it('uploads nothing in the older format without a log', () => {
    expect(sign({ ...image, ...offline, format: 'legacy' })).toContain('--tlog-upload=false')
  })

  it('attests with the same arguments as it signs', () => {
    const [, , ...signing] = sign({ ...image, ...keyless }).map((word) =>
      word === '--upload=false' ? '--no-upload' : word,
    )
    const attesting = attest({ ...image, ...keyless, type: 'https://slsa.dev/provenance/v1', predicate: '/p.json' })
    expect(attesting).toEqual([
      '/cosign',
      'attest',
      '--yes',
      '--type',
      'https://slsa.dev/provenance/v1',
      '--predicate',
      '/p.json',
      ...signing.slice(1),
    ])
  })

  it('speaks plain HTTP to a registry on loopback only', () => {
    expect(sign({ ...image, ...offline })).not.toContain('--allow-http-registry')
    expect(sign({ ...image, ...offline, insecure: true })).toContain('--allow-http-registry')
  })

  it('prints the public half of a key in a key management service', () => {
    expect(publicKey({ program: '/cosign', key: 'awskms:///alias/release' })).toEqual([
      '/cosign',
      'public-key',
      '--key',
      'awskms:///alias/release',
    ])
  })
})

describe('cosign verify', () => {
  const byKey: Verifying = {
    from: { key: '/k.pub' },
    format: 'bundle',
    log: false,
    timestamp: false,
    certificateLog: true,
  }
  const byCertificate: Verifying = {
    from: { identity: 'ci@example.com', issuer: 'https://issuer.example.com' },
    format: 'bundle',
    trustedRoot: '/r.json',
    log: true,
    timestamp: false,
    certificateLog: false,
  }

  it('asks a key for its signature, and for no log where none was written to', () => {
    expect(verify({ ...image, ...byKey })).toEqual([
      '/cosign',
      'verify',
      '--key',
      '/k.pub',
      '--insecure-ignore-tlog=true',
      '--output',
      'json',
      image.reference,
    ])
  })

  it('names identity and issuer exactly, and asks for a log entry', () => {
    expect(verify({ ...image, ...byCertificate })).toEqual([
      '/cosign',
      'verify',
      '--certificate-identity',
      'ci@example.com',
      '--certificate-oidc-issuer',
      'https://issuer.example.com',
      '--trusted-root',
      '/r.json',
      '--insecure-ignore-sct=true',
      '--output',
      'json',
      image.reference,
    ])
  })

  it('gives a pattern as an expression over the whole identity, and asks for each claim', () => {
    const from = {
      ...byCertificate.from,
      identity: '*@example.com',
      isPattern: true,
      claims: { repository: 'acme/shop' },
    }
    expect(verify({ ...image, ...byCertificate, from }).slice(2, 8)).toEqual([
      '--certificate-identity-regexp',
      String.raw`^[^/@\s]*@example\.com$`,
      '--certificate-oidc-issuer',
      'https://issuer.example.com',
      '--certificate-github-workflow-repository',
      'acme/shop',
    ])
  })

  it('asks for a timestamp where no log proves the time', () => {
    expect(verify({ ...image, ...byCertificate, log: false, timestamp: true })).toEqual(
      expect.arrayContaining(['--insecure-ignore-tlog=true', '--use-signed-timestamps']),
    )
  })

  it('asks the public instance for everything', () => {
    const argv = verify({
      ...image,
      from: byCertificate.from,
      format: 'bundle',
      log: true,
      timestamp: false,
      certificateLog: true,
    })
    expect(argv.filter((word) => word.startsWith('--insecure') || word === '--trusted-root')).toEqual([])
  })

  it('reads the older format by name', () => {
    expect(verify({ ...image, ...byKey, format: 'legacy' })).toContain('--new-bundle-format=false')
  })

  it('verifies statements of one type by the same arguments', () => {
    expect(verifyAttestation({ ...image, ...byKey, type: 'cyclonedx' })).toEqual([
      '/cosign',
      'verify-attestation',
      '--type',
      'cyclonedx',
      '--key',
      '/k.pub',
      '--insecure-ignore-tlog=true',
      '--output',
      'json',
      image.reference,
    ])
  })
})
