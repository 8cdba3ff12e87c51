import { describe, expect, it } from 'vitest'
import { checkImage } from '../../../src/attestation/index.ts'
import { attestationKinds, digestOf, predicateTypes } from '../../../src/model/index.ts'
import { expected, faults, found, image, policy, stated } from './released-image.ts'

describe('checkImage', () => {
  it('accepts what a release leaves, and says who judged, when, by which policy and database, and where it came from', () => {
    const { checks, verdict, origin } = checkImage(found(), expected)
    expect(checks.map(({ what, status }) => `${what} ${status}`)).toEqual([
      'signature holds',
      ...attestationKinds.map((kind) => `${kind} holds`),
    ])
    expect(verdict).toMatchObject({ policy, levels: ['SLSA_BUILD_LEVEL_1'], databases: [{ name: 'trivy-db' }] })
    expect(origin).toMatchObject({
      repository: 'https://git.example.com/shop/orders',
      revision: '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
      dirty: false,
    })
  })

  it('says of an image from elsewhere that each attestation is missing, and which', () => {
    const bare = found((kinds) => Object.keys(kinds).forEach((kind) => delete kinds[kind]))
    expect(faults({ ...bare, signature: { wanted: true, fault: 'no signatures found' } })).toEqual([
      'signature: missing: no signatures found',
      ...attestationKinds.map((kind) => `${kind}: missing: no attestation of type ${predicateTypes[kind]}`),
    ])
  })

  it("distinguishes somebody else's signature from none", () => {
    expect(faults({ ...found(), signature: { wanted: true, fault: 'failed to verify signature' } })).toEqual([
      'signature: refused: failed to verify signature',
    ])
  })

  it.each(attestationKinds)('refuses an image without %s', (kind) => {
    const named = faults(found((kinds) => delete kinds[kind]))
    expect(named[0]).toBe(`${kind}: missing: no attestation of type ${predicateTypes[kind]}`)
  })

  it.each(attestationKinds)('says that %s is there, and that no signature holds over it', (kind) => {
    const entry = found()
    const tampered = {
      ...entry,
      kinds: { ...entry.kinds, [kind]: { holding: [], said: 'invalid signature', unverified: 1 } },
    }
    expect(faults(tampered)[0]).toContain(
      `${kind}: refused: one of type ${predicateTypes[kind]} is present, but without a valid signature of this digest by the expected signer (invalid signature)`,
    )
  })

  it('asks only for what is required, and of an index only for what an index has', () => {
    expect(
      faults(
        found((kinds) => delete kinds['tests']),
        { kinds: ['verdict'] },
      ),
    ).toEqual([])
    const index = found((kinds) => Object.keys(kinds).forEach((kind) => delete kinds[kind]))
    expect(faults({ ...index, index: true }).map((line) => line.split(':')[0])).toEqual(['provenance', 'verdict'])
  })

  it.each<[string, Parameters<typeof found>[0], string]>([
    [
      'a verdict that says FAILED',
      (kinds) =>
        (kinds['verdict'] = stated('verdict', {
          ...kinds['verdict']?.statement.predicate,
          verificationResult: 'FAILED',
        })),
      'verdict: other: it says FAILED',
    ],
    [
      'a verdict about another image',
      (kinds) =>
        (kinds['verdict'] = stated('verdict', {
          ...kinds['verdict']?.statement.predicate,
          resourceUri: 'pkg:oci/app@sha256%3A00',
        })),
      'verdict: other: it is about pkg:oci/app@sha256%3A00',
    ],
    [
      'a verdict of another form',
      (kinds) => (kinds['verdict'] = stated('verdict', {})),
      'verdict: other: its content is not valid for its type',
    ],
    [
      'an SBOM of another image',
      (kinds) =>
        (kinds['cyclonedx'] = stated('cyclonedx', {
          bomFormat: 'CycloneDX',
          metadata: { component: { version: digestOf('other') } },
        })),
      `cyclonedx: other: it is the SBOM of ${digestOf('other')}`,
    ],
    [
      'an SPDX document of another image',
      (kinds) => (kinds['spdx'] = stated('spdx', { spdxVersion: 'SPDX-2.3', documentNamespace: 'urn:other' })),
      'spdx: other: it is the SBOM of urn:other',
    ],
    [
      'failed tests',
      (kinds) =>
        (kinds['tests'] = stated('tests', {
          result: 'FAILED',
          configuration: [],
          passedTests: [],
          warnedTests: [],
          failedTests: ['starts'],
        })),
      'tests: other: failed: starts',
    ],
    [
      'a vulnerability report without findings',
      (kinds) => (kinds['vulnerabilities'] = stated('vulnerabilities', {})),
      'vulnerabilities: other: its content',
    ],
    [
      'another builder',
      (kinds) =>
        (kinds['provenance'] = stated('provenance', {
          ...kinds['provenance']?.statement.predicate,
          runDetails: { builder: { id: 'https://example.com/builder' } },
        })),
      'provenance: other: the builder is https://example.com/builder',
    ],
  ])('refuses %s', (_, change, said) => {
    expect(
      faults(found(change)).some((line) => line.startsWith(said)),
      faults(found(change)).join('\n'),
    ).toBe(true)
  })

  it('refuses another policy and another source than the expected ones', () => {
    expect(faults(found(), { ...expected, policy: digestOf('other') })).toEqual([
      `verdict: other: it was judged by the policy ${policy}; expected ${digestOf('other')}`,
    ])
    expect(faults(found(), { ...expected, source: 'https://git.example.com/else' })).toEqual([
      'provenance: other: the source is https://git.example.com/shop/orders; expected https://git.example.com/else',
    ])
  })

  it('refuses an attestation that was replaced after the verdict, though it is signed and about this image', () => {
    const replaced = found(
      (kinds) =>
        (kinds['tests'] = stated('tests', {
          result: 'PASSED',
          configuration: [],
          passedTests: ['another'],
          warnedTests: [],
          failedTests: [],
        })),
    )
    expect(faults(replaced)).toEqual([
      `verdict: refused: the verdict rests on ${predicateTypes.tests}, for which there is no signed attestation with this content`,
    ])
    expect(checkImage(replaced, expected).verdict).toBeUndefined()
  })

  it('lets the newest of several verdicts count, also where an older one was better', () => {
    const entry = found()
    const [passed] = entry.kinds.verdict?.holding ?? []
    const later = stated('verdict', {
      ...passed?.statement.predicate,
      timeVerified: '2027-01-01T00:00:00Z',
      verificationResult: 'FAILED',
    })
    expect(
      faults({
        ...entry,
        kinds: {
          ...entry.kinds,
          verdict: { holding: passed === undefined ? [] : [passed, later], said: '', unverified: 2 },
        },
      }),
    ).toEqual(['verdict: other: it says FAILED'])
  })

  it('requires the verdicts of its images below the verdict of an index', () => {
    const below = digestOf('verdict of an image')
    const index = found((kinds) => {
      kinds['verdict'] = stated('verdict', {
        ...kinds['verdict']?.statement.predicate,
        inputAttestations: [{ uri: predicateTypes.verdict, digest: { sha256: below.slice(7) } }],
      })
    })
    expect(faults({ ...index, index: true, verdictsBelow: new Set([below]) })).toEqual([])
    expect(faults({ ...index, index: true, verdictsBelow: new Set([image]) })).toEqual([
      `verdict: refused: the verdict rests on ${predicateTypes.verdict}, for which there is no signed attestation with this content`,
    ])
  })
})
