import { madeKnown } from '../../../src/policy/baseline.ts'
import { describe, expect, it } from 'vitest'
import {
  claimOf,
  imageClaims,
  provenance,
  shownArguments,
  testResults,
  verificationSummary,
} from '../../../src/attestation/index.ts'
import { facts, image, policy, verdict } from './released-image.ts'

describe('provenance', () => {
  it('names source, Dockerfile and bases as what the build rests on, and the tools as what the builder rests on', () => {
    const { buildDefinition, runDetails } = provenance(facts.build)
    expect(buildDefinition.externalParameters).toMatchObject({
      dockerfile: facts.build.subject.dockerfile,
      platforms: ['linux/amd64'],
      buildArguments: { NPM_TOKEN: { withheld: true }, VERSION: { value: '1.8.2' } },
      secretIds: ['npm'],
      policy,
    })
    expect(buildDefinition.resolvedDependencies.map(({ name, uri }) => uri ?? name)).toEqual([
      'git+https://git.example.com/shop/orders@3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
      'Dockerfile',
      'oci://docker.io/library/python:3.11-bookworm',
      'oci://docker.io/library/python:3.11-slim-bookworm',
    ])
    expect(buildDefinition.resolvedDependencies[0]).toMatchObject({
      digest: { gitCommit: '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1' },
      annotations: { dirty: false },
    })
    expect(runDetails.builder).toMatchObject({ id: 'urn:loadline:builder:local', version: { loadline: '0.1.0' } })
    expect(runDetails.builder.builderDependencies?.map(({ name }) => name)).toEqual(
      verdict.binding.tools.map(({ name }) => name),
    )
    expect(runDetails.metadata).toEqual({
      invocationId: facts.build.invocation,
      startedOn: '2026-11-23T01:10:02.000Z',
      finishedOn: '2026-11-23T01:11:40.000Z',
    })
  })

  it('names a base once that several stages use, and says that it is shipped when one of them ships it', () => {
    const [base] = facts.build.bases
    const { buildDefinition } = provenance({
      ...facts.build,
      bases:
        base === undefined
          ? []
          : [
              { ...base, final: true },
              { ...base, final: false },
            ],
    })
    expect(
      buildDefinition.resolvedDependencies.filter(({ name }) => name === 'base').map(({ annotations }) => annotations),
    ).toEqual([{ shipped: true }])
  })

  it('names no source if there is none', () => {
    const { revision: _, ...subject } = facts.build.subject
    expect(
      provenance({ ...facts.build, subject }).buildDefinition.resolvedDependencies.map(({ name }) => name),
    ).not.toContain('source')
  })
})

describe('shownArguments', () => {
  it.each([
    ['VERSION', '1.0.0', { value: '1.0.0' }],
    ['DB_PASSWORD', 'x', { withheld: true }],
    ['NPM_TOKEN', '', { withheld: true }],
    ['MIRROR', 'https://user:pass@mirror.example.com', { withheld: true }],
    ['CONFIG', `ghp_${'a'.repeat(36)}`, { withheld: true }],
    ['KEYFILE', '-----BEGIN PRIVATE KEY-----', { withheld: true }],
    ['FLAVOUR', 'contains-canary-value', { withheld: true }],
  ])('shows %s=%s as it may be shown', (name, value, shown) => {
    expect(shownArguments({ [name]: value }, ['canary-value\n', ''])).toEqual({ [name]: shown })
  })
})

describe('testResults', () => {
  it('calls a failed test that an exception allows warned, and never passed', () => {
    const tests = [
      { name: 'a', passed: true, errors: [], seconds: 1 },
      { name: 'b', passed: false, errors: [], seconds: 1 },
    ]
    const violation = { id: 'b', subject: '', severity: 'high' as const, wanted: '', found: '', remedy: '' }
    const excepted = [{ violation, reason: 'because of it', owner: 'team', expires: '2027-01-01', daysLeft: 30 }]
    expect(testResults({ file: 'structure-test.yaml', tests }, { text: undefined, excepted })).toMatchObject({
      result: 'WARNED',
      passedTests: ['a'],
      warnedTests: ['b'],
      failedTests: [],
    })
    expect(testResults({ file: 'structure-test.yaml', tests }, { text: undefined, excepted: [] })).toMatchObject({
      result: 'FAILED',
      failedTests: ['b'],
    })
  })
})

describe('verificationSummary', () => {
  const about = {
    repository: 'registry.example.com/shop/orders',
    digest: image,
    policy: { origin: 'default' as const, digest: policy },
    inputs: [],
    application: 'orders',
    known: madeKnown(verdict, undefined),
  }

  it('says PASSED with the policy, the image and no higher level than there is', () => {
    expect(verificationSummary(verdict, about)).toMatchObject({
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_1'],
      timeVerified: verdict.binding.at,
      policy: { uri: 'urn:loadline:policy:default', digest: { sha256: policy.slice(7) } },
      resourceUri: `pkg:oci/orders@${encodeURIComponent(image)}?repository_url=registry.example.com%2Fshop%2Forders`,
    })
  })

  it('is made of a passed verdict only', () => {
    expect(() => verificationSummary({ ...verdict, outcome: 'rejected' }, about)).toThrow(
      'expected a passed verdict to attest',
    )
  })
})

describe('claimOf', () => {
  const claims = imageClaims(image, verdict, facts)

  it('attests five claims about an image before its verdict', () => {
    expect(claims.map(({ kind }) => kind)).toEqual(['provenance', 'cyclonedx', 'spdx', 'vulnerabilities', 'tests'])
  })

  it('is the same in another run with the same content', () => {
    const again = imageClaims(image, verdict, {
      ...facts,
      build: { ...facts.build, invocation: 'urn:uuid:other', startedAt: new Date('2027-01-01T00:00:00Z') },
    })
    expect(again.map(({ kind, predicate }) => claimOf(kind, predicate))).toEqual(
      claims.map(({ kind, predicate }) => claimOf(kind, predicate)),
    )
  })

  it('does not depend on the identifiers that the scanner writes anew', () => {
    const sbom = (serial: string) => ({
      bomFormat: 'CycloneDX',
      serialNumber: serial,
      metadata: { timestamp: serial, component: { name: 'a', version: image } },
      components: [{ 'bom-ref': serial, type: 'library', name: 'b', version: '1' }],
    })
    expect(claimOf('cyclonedx', sbom('one'))).toBe(claimOf('cyclonedx', sbom('two')))
    expect(claimOf('cyclonedx', { ...sbom('one'), components: [] })).not.toBe(claimOf('cyclonedx', sbom('one')))
  })

  it('is another one for another argument, finding, test or rule', () => {
    const changed = imageClaims(image, verdict, {
      ...facts,
      structureTests: 'changed',
      build: { ...facts.build, arguments: {} },
    })
    const differing = changed
      .filter(
        ({ kind, predicate }, index) => claimOf(kind, predicate) !== claimOf(kind, claims[index]?.predicate ?? {}),
      )
      .map(({ kind }) => kind)
    expect(differing).toEqual(['provenance', 'tests'])
    const about = {
      repository: 'r/a',
      digest: image,
      policy: { origin: 'default' as const, digest: policy },
      inputs: [],
      application: 'orders',
      known: madeKnown(verdict, undefined),
    }
    const warned = {
      ...verdict,
      results: verdict.results.map((result, index) =>
        index === 0 ? { ...result, status: 'warned' as const } : result,
      ),
    }
    expect(claimOf('verdict', verificationSummary(warned, about))).not.toBe(
      claimOf('verdict', verificationSummary(verdict, about)),
    )
    const { known: _, ...older } = verificationSummary(verdict, about).loadline_verdict ?? {}
    expect(claimOf('verdict', { ...verificationSummary(verdict, about), loadline_verdict: older })).not.toBe(
      claimOf('verdict', verificationSummary(verdict, about)),
    )
    const later = { ...verdict, binding: { ...verdict.binding, at: '2027-01-01T00:00:00Z' } }
    expect(claimOf('verdict', verificationSummary(later, about))).toBe(
      claimOf('verdict', verificationSummary(verdict, about)),
    )
  })
})
