import { describe, expect, it } from 'vitest'
import { consumerFiles, describeIdentity, verifyingBy } from '../../../../src/tools/cosign/identity.ts'
import {
  offline,
  reachedBy,
  readSigningConfig,
  readTrustedRoot,
  serviceUrls,
} from '../../../../src/tools/cosign/services.ts'

function config(
  services: Partial<Record<'caUrls' | 'rekorTlogUrls' | 'tsaUrls', Array<[url: string, version: number]>>>,
): string {
  const lists = Object.entries(services).map(([name, list]) => [
    name,
    list.map(([url, majorApiVersion]) => ({ url, majorApiVersion, operator: 'example' })),
  ])
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    ...Object.fromEntries(lists),
  })
}

const root = (lists: Record<string, unknown[]>) =>
  JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', ...lists })

describe('readSigningConfig', () => {
  it('knows that nobody learns of a signature without any service', () => {
    expect(readSigningConfig(offline.signingConfig)).toMatchObject({
      transparencyLog: 'none',
      urls: [],
      certificates: false,
      timestamps: false,
    })
  })

  it("calls a log of one's own private", () => {
    expect(readSigningConfig(config({ rekorTlogUrls: [['https://log.example.com', 2]] })).transparencyLog).toBe(
      'private',
    )
  })

  it.each([
    'https://rekor.sigstore.dev',
    'https://log2025-1.rekor.sigstore.dev',
    'https://rekor.sigstage.dev',
    'https://SIGSTORE.dev',
  ])('calls %s public, even beside a private one', (url) => {
    expect(
      readSigningConfig(
        config({
          rekorTlogUrls: [
            ['https://log.example.com', 2],
            [url, 2],
          ],
        }),
      ).transparencyLog,
    ).toBe('public')
  })

  it('is not fooled by a name that only ends like the public one', () => {
    expect(readSigningConfig(config({ rekorTlogUrls: [['https://notsigstore.dev', 1]] })).transparencyLog).toBe(
      'private',
    )
  })

  it('counts the certificate authority of the public instance as public: it logs who asked', () => {
    expect(
      readSigningConfig(
        config({ caUrls: [['https://fulcio.sigstore.dev', 1]], rekorTlogUrls: [['https://log.example.com', 1]] }),
      ).transparencyLog,
    ).toBe('public')
  })

  it('knows logs that take bundles only', () => {
    expect(readSigningConfig(config({ rekorTlogUrls: [['https://log.example.com', 2]] })).onlySecondVersion).toBe(true)
    expect(
      readSigningConfig(
        config({
          rekorTlogUrls: [
            ['https://log.example.com', 2],
            ['https://old.example.com', 1],
          ],
        }),
      ).onlySecondVersion,
    ).toBe(false)
    expect(readSigningConfig(offline.signingConfig).onlySecondVersion).toBe(false)
  })

  it.each([
    '',
    '{',
    '[]',
    '{}',
    '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json"}',
    config({ rekorTlogUrls: [['javascript:alert(1)', 1]] }),
    config({ rekorTlogUrls: [['https://log.example.com', 0]] }),
  ])('refuses %j', (text) => {
    expect(() => readSigningConfig(text)).toThrow(expect.objectContaining({ code: 'SIGN' }))
  })
})

describe('serviceUrls', () => {
  it('gives the older format the first service of each kind, and no log of the second version', () => {
    expect(
      serviceUrls(
        config({
          caUrls: [['https://ca.example.com', 1]],
          rekorTlogUrls: [
            ['https://new.example.com', 2],
            ['https://old.example.com', 1],
          ],
          tsaUrls: [['https://time.example.com/api', 1]],
        }),
      ),
    ).toEqual({
      fulcio: 'https://ca.example.com',
      rekor: 'https://old.example.com',
      timestamps: 'https://time.example.com/api',
    })
    expect(serviceUrls(offline.signingConfig)).toEqual({})
  })
})

describe('reachedBy', () => {
  it('renames loopback and leaves ports, paths and other hosts alone', () => {
    const text = config({
      caUrls: [['https://ca.example.com', 1]],
      rekorTlogUrls: [['http://127.0.0.1:4001', 2]],
      tsaUrls: [['http://127.0.0.1:4002/api/v1/timestamp', 1]],
    })
    const moved = serviceUrls(reachedBy(text, 'loopback', (host) => host.startsWith('127.')))
    expect(moved).toEqual({ fulcio: 'https://ca.example.com', timestamps: 'http://loopback:4002/api/v1/timestamp' })
    expect(readSigningConfig(reachedBy(text, 'loopback', (host) => host.startsWith('127.'))).logs).toEqual([
      'http://loopback:4001',
    ])
  })
})

describe('readTrustedRoot', () => {
  it('says what a consumer can ask for', () => {
    expect(readTrustedRoot(offline.trustedRoot)).toEqual({
      log: false,
      certificateLog: false,
      timestamps: false,
      certificates: false,
    })
    expect(
      readTrustedRoot(root({ tlogs: [{}], ctlogs: [{}], timestampAuthorities: [{}], certificateAuthorities: [{}] })),
    ).toEqual({ log: true, certificateLog: true, timestamps: true, certificates: true })
  })

  it.each(['', 'null', '{"mediaType":"text/plain"}', root({ tlogs: [1] })])('refuses %j', (text) => {
    expect(() => readTrustedRoot(text)).toThrow(expect.objectContaining({ code: 'VERIFY' }))
  })
})

describe('verifyingBy', () => {
  const key = { kind: 'key', publicKey: 'PEM', transparencyLog: 'none' } as const
  const certificate = { kind: 'certificate', identity: 'ci@example.com', issuer: 'https://issuer.example.com' } as const

  it('needs nothing but the key for a signature that was made offline', () => {
    expect(consumerFiles({ ...key, trustedRoot: offline.trustedRoot })).toEqual({ 'cosign.pub': 'PEM' })
    expect(verifyingBy(key, 'bundle', '')).toEqual({
      from: { key: 'cosign.pub' },
      format: 'bundle',
      log: false,
      timestamp: false,
      certificateLog: true,
    })
  })

  it('asks for what the trusted root can prove', () => {
    const private_ = root({ tlogs: [{}], certificateAuthorities: [{}], timestampAuthorities: [{}] })
    expect(
      verifyingBy({ ...certificate, trustedRoot: private_, transparencyLog: 'required' }, 'bundle', '/d/'),
    ).toMatchObject({ trustedRoot: '/d/trusted-root.json', log: true, timestamp: false, certificateLog: false })
    expect(
      verifyingBy({ ...certificate, trustedRoot: private_, transparencyLog: 'none' }, 'bundle', '/d/'),
    ).toMatchObject({ log: false, timestamp: true })
  })

  it('asks the public instance for log and certificate log', () => {
    expect(verifyingBy({ ...certificate, transparencyLog: 'required' }, 'bundle', '')).toMatchObject({
      log: true,
      certificateLog: true,
      timestamp: false,
    })
  })

  it('refuses to require a log that the trusted root does not know', () => {
    expect(() =>
      verifyingBy(
        { ...certificate, trustedRoot: root({ certificateAuthorities: [{}] }), transparencyLog: 'required' },
        'bundle',
        '',
      ),
    ).toThrow(expect.objectContaining({ code: 'VERIFY' }))
  })

  it('hands on a pattern and claims', () => {
    const expected = {
      ...certificate,
      isPattern: true,
      claims: { ref: 'refs/heads/main' },
      transparencyLog: 'required',
    } as const
    expect(verifyingBy(expected, 'bundle', '').from).toEqual({
      identity: certificate.identity,
      issuer: certificate.issuer,
      isPattern: true,
      claims: { ref: 'refs/heads/main' },
    })
    expect(describeIdentity(expected)).toBe(
      'an identity of the pattern ci@example.com, vouched for by https://issuer.example.com, ref refs/heads/main',
    )
  })

  it('names whom it expects', () => {
    expect(describeIdentity(key)).toBe('the given key')
    expect(describeIdentity({ ...certificate, transparencyLog: 'required' })).toBe(
      'ci@example.com, vouched for by https://issuer.example.com',
    )
  })
})
