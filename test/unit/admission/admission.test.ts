import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { admissionPolicy, type AdmissionRequest } from '../../../pipelines/admission.ts'
import { demandsOf, kyvernoPolicy, type Admission } from '../../../src/admission/index.ts'
import { imagePatterns } from '../../../src/admission/demands.ts'
import { attestationKinds, predicateTypes } from '../../../src/model/index.ts'
import { decidePolicy, policyDigest } from '../../../src/policy/index.ts'

const now = new Date('2026-11-24T12:00:00Z')
const publicKey =
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3j6i8NPS5k0v9o1jPn0xkqF0c4Wf\nBTlhEHmYHFnNVUCvlzJgW0xA1Zk1lU8n6u4eV0CwVJ7Yw3rV8eJ2k4uQ8A==\n-----END PUBLIC KEY-----\n'
const key = { kind: 'key', publicKey, transparencyLog: 'none' } as const

/** Somebody whom a Sigstore of one's own vouches for, with a log where its keys are of an algorithm. */
const certificate = (algorithm?: string) => ({
  kind: 'certificate' as const,
  identity: 'ci@example.com',
  issuer: 'https://issuer.example.com',
  transparencyLog: algorithm === undefined ? ('none' as const) : ('required' as const),
  trustedRoot: JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      {
        subject: { organization: 'acme', commonName: 'acme fulcio' },
        uri: 'https://fulcio.example.com',
        certChain: { certificates: [{ rawBytes: 'Y2VydGlmaWNhdGU=' }] },
      },
    ],
    timestampAuthorities: [
      {
        subject: { organization: 'acme', commonName: 'acme time' },
        uri: 'https://time.example.com',
        certChain: { certificates: [{ rawBytes: 'bG93ZXI=' }, { rawBytes: 'dXBwZXI=' }] },
      },
    ],
    tlogs:
      algorithm === undefined
        ? []
        : [
            {
              baseUrl: 'https://rekor.example.com',
              hashAlgorithm: 'SHA2_256',
              publicKey: { rawBytes: 'a2V5', keyDetails: algorithm },
            },
          ],
  }),
})

const policyText = (extra = '') => ({ path: 'loadline.yaml', text: `version: 1\nimage: {name: shop/orders}\n${extra}` })
const legacy = policyText('signing: {format: legacy}\n')
const twoPlatforms = policyText('build: {platforms: [linux/amd64, linux/arm64]}\n')
const request = (change: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  controller: 'kyverno',
  image: 'registry.example.com/shop/orders',
  identity: key,
  application: policyText(),
  anyPolicy: false,
  now,
  ...change,
})

/** The policy's digest changes with every default, which is of no interest here. */
const written = (change: Partial<AdmissionRequest>) =>
  admissionPolicy(request(change)).replaceAll(/[0-9a-f]{64}/g, '<digest of the policy>')

describe('admission policies', () => {
  it('Kyverno demands every attestation of the policy, its digest, the source and the age of the verdict', async () => {
    await expect(written({ source: 'https://git.example.com/shop/orders', maximumAge: '30d' })).toMatchFileSnapshot(
      '../../golden/admission/kyverno-key.yaml',
    )
  })

  it('Kyverno demands less of an index, which carries less, and no certain policy where any counts', async () => {
    await expect(
      written({
        application: twoPlatforms,
        identity: certificate('PKIX_ED25519'),
        image: 'registry.example.com/shop/*',
        anyPolicy: true,
        name: 'shop',
      }),
    ).toMatchFileSnapshot('../../golden/admission/kyverno-certificate-index.yaml')
  })

  it('policy-controller demands a signature and the attestations of a key in the older format, both', async () => {
    await expect(
      written({
        controller: 'policy-controller',
        application: legacy,
        source: 'https://git.example.com/shop/orders',
        maximumAge: '30d',
      }),
    ).toMatchFileSnapshot('../../golden/admission/policy-controller-key.yaml')
  })

  it("policy-controller gets the keys of services of one's own beside the policy", async () => {
    await expect(written({ controller: 'policy-controller', identity: certificate() })).toMatchFileSnapshot(
      '../../golden/admission/policy-controller-certificate.yaml',
    )
  })

  it.each(['kyverno', 'policy-controller'] as const)(
    '%s gets the pattern of an identity as an expression over the whole of it',
    (controller) => {
      const identity = { ...certificate(), identity: '*@example.com', isPattern: true }
      const text = admissionPolicy(request({ controller, identity }))
      expect(text).toContain(String.raw`subjectRegExp: ^[^/@\s]*@example\.com$`)
      expect(text).not.toContain('subject: ')
    },
  )

  it('demands what the policy requires and nothing else', () => {
    const digest = policyDigest(decidePolicy({ application: policyText() }, now).policy)
    const base: Admission = {
      name: 'x',
      image: 'registry.example.com/x',
      identity: key,
      format: 'bundle',
      index: false,
      kinds: attestationKinds,
      policy: digest,
    }
    expect(demandsOf(base).map(({ predicateType }) => predicateType)).toEqual([
      'https://sigstore.dev/cosign/sign/v1',
      ...Object.values(predicateTypes),
    ])
    expect(demandsOf({ ...base, index: true }).map(({ kind }) => kind)).toEqual(['signature', 'provenance', 'verdict'])
    expect(demandsOf({ ...base, format: 'legacy', kinds: ['verdict'] }).map(({ kind }) => kind)).toEqual(['verdict'])
    expect(admissionPolicy(request({ application: policyText('release: {require: [spdx]}\n') }))).not.toContain(
      'verification_summary',
    )
  })

  it('says the same however the policy is written, and another digest where the policy is another', () => {
    const spelled = { path: 'other.yaml', text: '# the same\nimage:\n  name: "shop/orders"\nversion: 1\n' }
    expect(admissionPolicy(request({ application: spelled }))).toBe(admissionPolicy(request()))
    expect(admissionPolicy(request({ application: policyText('secrets: {allowed: 1}\n') }))).not.toBe(
      admissionPolicy(request()),
    )
  })

  it('names the object so that a cluster takes it', () => {
    const name = (change: Partial<AdmissionRequest>) =>
      parseAllDocuments(admissionPolicy(request(change))).map(
        (document) => (document.toJS() as { metadata: { name: string } }).metadata.name,
      )
    expect(name({})).toEqual(['loadline-shop-orders'])
    expect(name({ application: { path: 'loadline.yaml', text: 'version: 1\n' } })).toEqual(['loadline'])
    expect(
      name({ application: { path: 'loadline.yaml', text: `version: 1\nimage: {name: ${'long-'.repeat(20)}x}\n` } })[0],
    ).toMatch(/^[a-z0-9-]{1,62}[a-z0-9]$/)
    expect(() => admissionPolicy(request({ name: 'Shop_Orders' }))).toThrow('expected a name')
  })

  it.each([
    ['Kyverno, attestations in the older format', request({ application: legacy }), 'signing.format: legacy'],
    [
      'policy-controller, bundles that a key signed',
      request({ controller: 'policy-controller' }),
      'cannot verify bundles signed with a key',
    ],
    [
      'policy-controller, bundles with entries of a log of the second version',
      request({ controller: 'policy-controller', identity: certificate('PKIX_ED25519') }),
      'version 2 transparency log',
    ],
    [
      'policy-controller, a certificate in the older format',
      request({ controller: 'policy-controller', application: legacy, identity: certificate() }),
      'older signature format',
    ],
    [
      'claims of a certificate',
      request({ identity: { ...certificate(), claims: { repository: 'acme/shop' } } }),
      'no admission controller reads them',
    ],
    [
      'claims of a certificate, for the other controller',
      request({
        controller: 'policy-controller',
        identity: { ...certificate(), claims: { repository: 'acme/shop' } },
      }),
      'no admission controller reads them',
    ],
    ['an age without unit', request({ maximumAge: '30' }), 'whole hours or days'],
    [
      'several platforms as a single manifest',
      request({ application: twoPlatforms, form: 'single' }),
      'expected one platform for a single manifest',
    ],
  ])('refuses what the controller could not verify: %s', (_, asked, message) => {
    expect(() => admissionPolicy(asked)).toThrow(message)
  })

  it('matches an image by tag and by digest, and refuses one that would never or always match', () => {
    expect(imagePatterns('ghcr.io/acme/shop')).toEqual(['ghcr.io/acme/shop:*', 'ghcr.io/acme/shop@*'])
    expect(imagePatterns('localhost:5000/acme/shop*')).toEqual(['localhost:5000/acme/shop*'])
    expect(imagePatterns('ghcr.io/*')).toEqual(['ghcr.io/*'])
    for (const image of [
      '*',
      'nginx',
      'acme/shop',
      'ghcr.io/acme/shop:1.0',
      'ghcr.io/acme/*/shop',
      'ghcr.io/acme/shop**',
      'ghcr.io//shop',
      'GHCR.io/acme/shop',
      'ghcr.io/acme/',
      '',
    ])
      expect(() => imagePatterns(image), image).toThrow('with their registry and without a tag')
  })

  it('lets nothing of an address leave its string', () => {
    const source = 'https://git.example.com/x" || true || "\\\n'
    const text = kyvernoPolicy({
      name: 'x',
      image: 'registry.example.com/x',
      identity: key,
      format: 'bundle',
      index: true,
      kinds: ['provenance'],
      source,
    })
    const { spec } = parse(text) as { spec: { validations: Array<{ expression: string }> } }
    expect(spec.validations.at(-1)?.expression).toContain(JSON.stringify(`git+${source}@`))
  })
})
