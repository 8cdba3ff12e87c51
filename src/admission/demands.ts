import { builderId } from '../attestation/provenance.ts'
import { kindsOf } from '../attestation/check-image.ts'
import { verifierId } from '../attestation/verification-summary.ts'
import { DeliveryError } from '../model/errors.ts'
import { predicateTypes, type AttestationKind, type Digest } from '../model/index.ts'
import type { SignatureFormat } from '../tools/cosign/command.ts'
import type { ExpectedCertificate } from '../tools/cosign/command.ts'
import type { Identity } from '../tools/cosign/identity.ts'
import { identityExpression } from '../tools/cosign/identity-pattern.ts'

/** What a cluster is to demand of the images that match. */
export interface Admission {
  /** Name of the policy object in the cluster. */
  name: string
  /** Which images: registry/repository, or the beginning of it with a star at the end. Others are not looked at. */
  image: string
  identity: Identity
  /** In which form a release keeps its attestations. */
  format: SignatureFormat
  /** Whether what is deployed is an index over platforms, which carries fewer attestations than each of its images. */
  index: boolean
  kinds: readonly AttestationKind[]
  /** The policy that must have judged; any where it is left out. */
  policy?: Digest
  /** Address of the repository that the image must come from; any where it is left out. */
  source?: string
  /** Oldest verdict that admits, milliseconds; any age where it is left out. */
  maximumAge?: number
}

/** Where a value stands in a statement's predicate. */
type Field = readonly string[]

/** One thing that a predicate must say. What is not there is not as it must be. */
export type Condition = { wanted: string } & (
  | { field: Field; equals: string }
  | { field: Field; differs: string }
  | { field: Field; startsWith: string }
  /** A moment that is at most so many milliseconds past. */
  | { field: Field; within: number }
  /** A list of objects, of which the one with that name has a member that starts so. */
  | { list: Field; named: string; member: string; startsWith: string }
)

/** An attestation that must be there, signed, and what it must say. `kind` is also its name in the policy. */
export interface Demand {
  kind: 'signature' | AttestationKind
  predicateType: string
  conditions: readonly Condition[]
}

/** A signature is itself a statement where signatures are bundles: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md */
const signatureType = 'https://sigstore.dev/cosign/sign/v1'

/**
 * What must hold at admission, in the order in which it is asked: the same as `loadline verify` asks of one digest, as far as an admission controller can ask it
 * (docs/admission.md says what it cannot).
 */
export function demandsOf(admission: Admission): Demand[] {
  const kinds = kindsOf(admission, admission)
  return [
    ...(admission.format === 'legacy'
      ? []
      : [{ kind: 'signature' as const, predicateType: signatureType, conditions: [] }]),
    ...kinds.map((kind) => ({ kind, predicateType: predicateTypes[kind], conditions: conditionsOf(kind, admission) })),
  ]
}

function conditionsOf(kind: AttestationKind, { policy, source, maximumAge }: Admission): Condition[] {
  switch (kind) {
    case 'provenance':
      return [
        { wanted: 'the builder to be Loadline', field: ['runDetails', 'builder', 'id'], equals: builderId },
        ...(source === undefined
          ? []
          : [
              {
                wanted: `the source to be ${source}`,
                list: ['buildDefinition', 'resolvedDependencies'],
                named: 'source',
                member: 'uri',
                startsWith: `git+${source}@`,
              },
            ]),
      ]
    case 'cyclonedx':
      return [{ wanted: 'a CycloneDX bill of materials', field: ['bomFormat'], equals: 'CycloneDX' }]
    case 'spdx':
      return [{ wanted: 'an SPDX bill of materials', field: ['spdxVersion'], startsWith: 'SPDX-' }]
    case 'vulnerabilities':
      return [
        {
          wanted: 'the scan to name its database by digest',
          field: ['scanner', 'db', 'version'],
          startsWith: 'sha256:',
        },
      ]
    case 'tests':
      return [{ wanted: 'no structure test to have failed', field: ['result'], differs: 'FAILED' }]
    case 'verdict':
      return [
        { wanted: 'the gate of Loadline to have judged', field: ['verifier', 'id'], equals: verifierId },
        { wanted: 'the verdict to be PASSED', field: ['verificationResult'], equals: 'PASSED' },
        ...(policy === undefined
          ? []
          : [
              {
                wanted: `the policy ${policy} to have judged`,
                field: ['policy', 'digest', 'sha256'],
                equals: policy.slice('sha256:'.length),
              },
            ]),
        ...(maximumAge === undefined
          ? []
          : [
              {
                wanted: 'a younger verdict: judge again (loadline reverdict --attest-key)',
                field: ['timeVerified'],
                within: maximumAge,
              },
            ]),
      ]
  }
}

/** Whom a certificate must name, in the form that both controllers read. Throws `USAGE` for claims: neither asks a bundle's certificate for them, and one that is not asked for would admit anybody's. */
export function certificateIdentity({ identity, isPattern = false, issuer, claims = {} }: ExpectedCertificate): {
  issuer: string
  subject?: string
  subjectRegExp?: string
} {
  if (Object.keys(claims).length > 0)
    throw new DeliveryError(
      'USAGE',
      'an admission policy cannot ask a certificate for claims: no admission controller reads them',
      'Say it in the identity, which for a GitHub workflow has repository, file and ref: --certificate-identity "https://github.com/YOUR_ORGANISATION/shop/.github/workflows/release.yml@refs/tags/*". "loadline verify" asks for claims.',
    )
  return isPattern ? { issuer, subjectRegExp: identityExpression(identity) } : { issuer, subject: identity }
}

/** A registry (its name has a dot or a port), then the repository; the last part may end with a star. */
const imagesPattern =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(?::\d+)?(?:\/[a-z0-9._-]+)*\/(?:[a-z0-9._-]+|[a-z0-9._-]*\*)$/

/** The patterns that match images by tag and by digest, in the form that both controllers read. Throws `USAGE` where the images cannot be matched as they are written. */
export function imagePatterns(image: string): string[] {
  if (!imagesPattern.test(image)) {
    throw new DeliveryError(
      'USAGE',
      `an admission policy needs the images that it is about, spelled with their registry and without a tag; found ${JSON.stringify(image)}`,
      'Write registry/repository, e.g. registry.example.com/acme/shop, or its beginning with a star, e.g. "registry.example.com/acme/shop*".',
    )
  }
  return image.endsWith('*') ? [image] : [`${image}:*`, `${image}@*`]
}
