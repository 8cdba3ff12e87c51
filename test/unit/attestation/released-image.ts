import { madeKnown } from '../../../src/policy/baseline.ts'
import {
  checkImage,
  imageClaims,
  verificationSummary,
  type Expectation,
  type Found,
  type ReleaseFacts,
} from '../../../src/attestation/index.ts'
import {
  attestationKinds,
  digestOf,
  predicateTypes,
  type AttestationKind,
  type Digest,
  type Verdict,
} from '../../../src/model/index.ts'
import type { AttestedStatement } from '../../../src/tools/cosign/attestations.ts'
import { passedRun } from '../report/runs.ts'

const run = passedRun()

export const verdict = run.verdict as Verdict
export const image = run.evidence?.platforms[0]?.archive.digest as Digest
export const policy = verdict.binding.policy
export const expected: Expectation = { kinds: attestationKinds, policy, source: 'https://git.example.com/shop/orders' }

/** What a run that passed knows about its release. */
export const facts: ReleaseFacts = {
  evidence: run.evidence ?? { lint: { status: 'undecided', wanted: '', found: '', remedy: '' }, platforms: [] },
  sboms: [
    {
      digest: image,
      cyclonedx: JSON.stringify({
        bomFormat: 'CycloneDX',
        metadata: { component: { name: 'shop/orders', version: image } },
        components: [],
      }),
      spdx: JSON.stringify({
        spdxVersion: 'SPDX-2.3',
        name: 'shop/orders',
        documentNamespace: `urn:loadline:spdx:shop/orders:${image}`,
        packages: [],
      }),
    },
  ],
  structureTests: 'schemaVersion: 2.0.0\n',
  build: {
    subject: {
      ...run.subject,
      revision: {
        repository: 'https://git.example.com/shop/orders',
        revision: '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
        committedAt: '2026-11-20T09:30:00.000Z',
        tags: [],
        dirty: false,
      },
    },
    platforms: ['linux/amd64'],
    arguments: { VERSION: { value: '1.8.2' }, NPM_TOKEN: { withheld: true } },
    secretIds: ['npm'],
    agent: true,
    policy,
    reproducible: { epoch: 1_763_631_000, verified: true },
    bases:
      run.evidence?.platforms[0]?.evidence.base.status === 'collected'
        ? run.evidence.platforms[0].evidence.base.value.images
        : [],
    tools: verdict.binding.tools,
    mode: 'connected',
    invocation: 'urn:uuid:00000000-0000-4000-8000-000000000000',
    startedAt: new Date('2026-11-23T01:10:02Z'),
    finishedAt: new Date('2026-11-23T01:11:40Z'),
  },
}

export function stated(
  kind: AttestationKind,
  predicate: Record<string, unknown>,
  subject: Digest = image,
): AttestedStatement {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1' as const,
    subject: [{ digest: { sha256: subject.slice(7) } }],
    predicateType: predicateTypes[kind],
    predicate,
  }
  return { statement, digest: digestOf(JSON.stringify(statement)) }
}

/** Everything that a release leaves beside one image. `change` breaks it. */
export function found(change: (kinds: Record<string, AttestedStatement>) => void = () => undefined): Found {
  const kinds = Object.fromEntries(
    imageClaims(image, verdict, facts).map(({ kind, predicate }) => [kind, stated(kind, predicate)]),
  )
  const inputs = Object.values(kinds).map(({ statement, digest }) => ({
    predicateType: statement.predicateType,
    digest,
  }))
  kinds['verdict'] = stated(
    'verdict',
    verificationSummary(verdict, {
      repository: 'registry.example.com/shop/orders',
      digest: image,
      policy: { origin: 'file', path: 'loadline.yaml', digest: policy },
      inputs,
      application: 'orders',
      known: madeKnown(verdict, facts.evidence),
    }),
  )
  change(kinds)
  return {
    digest: image,
    platform: 'linux/amd64',
    index: false,
    signature: { wanted: true, fault: undefined },
    kinds: Object.fromEntries(
      attestationKinds.map((kind) => [
        kind,
        {
          holding: kinds[kind] === undefined ? [] : [kinds[kind]],
          said: '',
          unverified: kinds[kind] === undefined ? 0 : 1,
        },
      ]),
    ),
  }
}

/** The checks that do not hold, as `what: status: found`. */
export function faults(entry: Found, wanted: Expectation = expected): string[] {
  return checkImage(entry, wanted)
    .checks.filter(({ status }) => status !== 'holds')
    .map(({ what, status, found: said }) => `${what}: ${status}: ${said}`)
}
