import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAttestations, subjectsOf } from '../../../src/tools/cosign/attestations.ts'
import { attest, downloadAttestations, verify, verifyAttestation } from '../../../src/tools/cosign/command.ts'
import { parseCosignVersion, requireSoundCosign } from '../../../src/tools/cosign/sound-version.ts'

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/cosign/${name}`, import.meta.url), 'utf8')
const image = 'sha256:3f929e202ab5f84495ca6cf3e276991d8d962d001a40c9e137118374e80cf11c'
const tests = 'https://in-toto.io/attestation/test-result/v0.1'

describe('parseAttestations', () => {
  it.each([
    ['verify-attestation-3.1.3.jsonl', [tests]],
    ['download-attestation-3.1.3.jsonl', [tests, 'https://sigstore.dev/cosign/sign/v1']],
    ['download-attestation-legacy-3.1.3.jsonl', [tests]],
  ])('reads %s', (name, types) => {
    const read = parseAttestations(recorded(name))
    expect(read.map(({ statement }) => statement.predicateType)).toEqual(types)
    expect(read.map(({ statement }) => subjectsOf(statement))).toEqual(types.map(() => [image]))
    expect(read[0]?.statement.predicate).toEqual({
      result: 'PASSED',
      configuration: [],
      passedTests: ['a'],
      warnedTests: [],
      failedTests: [],
    })
  })

  it('gives the same statement the same digest in a bundle and in its verified envelope', () => {
    expect(parseAttestations(recorded('download-attestation-3.1.3.jsonl'))[0]?.digest).toBe(
      parseAttestations(recorded('verify-attestation-3.1.3.jsonl'))[0]?.digest,
    )
  })

  it('finds nothing where there is nothing', () => {
    expect(parseAttestations('\n')).toEqual([])
  })

  it.each([
    ['no JSON', 'Error: no signatures found'],
    ['half a line', recorded('verify-attestation-3.1.3.jsonl').slice(0, 200)],
    [
      'an envelope without signature',
      JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [] }),
    ],
    [
      'a payload that is not a statement',
      JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [{ sig: 'x' }] }),
    ],
    ['another document', '{}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseAttestations(text)).toThrow('failed to read an attestation')
  })
})

describe('requireSoundCosign', () => {
  it.each(['2.6.2', '2.7.0', '3.0.4', 'v3.1.3', parseCosignVersion(recorded('version-3.1.3.json'))])(
    'takes the word of %s',
    (version) => {
      expect(() => requireSoundCosign(version)).not.toThrow()
    },
  )

  it.each(['1.13.1', '2.6.1', 'v3.0.0', '3.0.3', 'devel', ''])('refuses %s', (version) => {
    expect(() => requireSoundCosign(version)).toThrow('expected a Cosign that refuses invalid')
  })
})

describe('arguments', () => {
  const at = { program: '/cosign', reference: `registry.localhost:5000/app@${image}`, insecure: true }

  it('attests with a key and without services', () => {
    expect(
      attest({
        ...at,
        type: tests,
        predicate: '/p.json',
        by: { key: 'env://COSIGN_KEY' },
        services: { signingConfig: '/s.json', trustedRoot: '/t.json', urls: {} },
        format: 'bundle',
      }),
    ).toEqual([
      '/cosign',
      'attest',
      '--yes',
      '--type',
      tests,
      '--predicate',
      '/p.json',
      '--key',
      'env://COSIGN_KEY',
      '--signing-config',
      '/s.json',
      '--trusted-root',
      '/t.json',
      '--no-upload',
      '--bundle',
      '/dev/stdout',
      '--allow-http-registry',
      at.reference,
    ])
  })

  it('verifies by key, and by identity and issuer', () => {
    expect(
      verify({
        ...at,
        insecure: false,
        from: { key: '/k.pub' },
        format: 'bundle',
        log: false,
        timestamp: false,
        certificateLog: true,
      }),
    ).toEqual(['/cosign', 'verify', '--key', '/k.pub', '--insecure-ignore-tlog=true', '--output', 'json', at.reference])
    expect(
      verifyAttestation({
        ...at,
        insecure: false,
        type: tests,
        from: { identity: 'ci@example.com', issuer: 'https://issuer.example.com' },
        format: 'bundle',
        trustedRoot: '/t.json',
        log: false,
        timestamp: true,
        certificateLog: false,
      }),
    ).toEqual([
      '/cosign',
      'verify-attestation',
      '--type',
      tests,
      '--certificate-identity',
      'ci@example.com',
      '--certificate-oidc-issuer',
      'https://issuer.example.com',
      '--trusted-root',
      '/t.json',
      '--insecure-ignore-tlog=true',
      '--use-signed-timestamps',
      '--insecure-ignore-sct=true',
      '--output',
      'json',
      at.reference,
    ])
    expect(downloadAttestations(at)).toEqual([
      '/cosign',
      'download',
      'attestation',
      '--allow-http-registry',
      at.reference,
    ])
  })
})
