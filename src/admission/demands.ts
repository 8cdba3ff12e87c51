import { builderId } from '../attestation/provenance.ts'
import { kindsOf } from '../attestation/check-image.ts'
import { verifierId } from '../attestation/verification-summary.ts'
import { DeliveryError } from '../model/errors.ts'
import { predicateTypes, type AttestationKind, type Digest } from '../model/index.ts'
import type { SignatureFormat } from '../tools/cosign/command.ts'
import type { ExpectedCertificate } from '../tools/cosign/command.ts'
import type { Identity } from '../tools/cosign/identity.ts'
import { identityExpression } from '../tools/cosign/identity-pattern.ts'

/** What a cluster requires of matching images. */
export interface Admission {
  /** Name of the policy object in the cluster. */
  name: string
  /** Which images: registry/repository, or a prefix ending in `*`. Others are not checked. */
  image: string
  identity: Identity
  /** The format of a release's attestations. */
  format: SignatureFormat
  /** Whether an index over platforms is deployed, which carries fewer attestations than each of its images. */
  index: boolean
  kinds: readonly AttestationKind[]
  /** The policy that must have judged; any if omitted. */
  policy?: Digest
  /** Address of the source repository that the image must come from; any if omitted. */
  source?: string
  /** Maximum age of the verdict, in milliseconds; any age if omitted. */
  maximumAge?: number
}

/** The path of a value in a statement's predicate. */
type Field = readonly string[]

/** One thing that a predicate must say. A missing value does not meet it. */
export type Condition = { wanted: string } & (
  | { field: Field; equals: string }
  | { field: Field; differs: string }
  | { field: Field; startsWith: string }
  /** A time at most this many milliseconds ago. */
  | { field: Field; within: number }
  /** A list of objects, in which the one with that name has a member that starts with this text. */
  | { list: Field; named: string; member: string; startsWith: string }
)

/** An attestation that must exist, signed, and what it must say. `kind` is also its name in the policy. */
export interface Demand {
  kind: 'signature' | AttestationKind
  predicateType: string
  conditions: readonly Condition[]
}

/** If signatures are bundles, a signature is itself a statement: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md */
const signatureType = 'https://sigstore.dev/cosign/sign/v1'

/**
 * What must hold at admission, in the order of the checks: the same as `loadline verify` checks for one digest, as far
 * as an admission controller can check it (docs/admission.md lists what it cannot).
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

/** Whom a certificate must name, in the form that both controllers read. Throws `USAGE` for claims: neither controller checks them in a bundle's certificate, and an unchecked claim would admit anybody's image. */
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

/**
 * The patterns that match images by tag and by digest, in a form that both controllers read. Throws `USAGE` if the
 * images cannot be matched as written.
 */
export function imagePatterns(image: string): string[] {
  if (!imagesPattern.test(image)) {
    throw new DeliveryError(
      'USAGE',
      `expected the images of an admission policy with their registry and without a tag, found ${JSON.stringify(image)}`,
      'Write registry/repository, e.g. registry.example.com/acme/shop, or a prefix ending in *, e.g. "registry.example.com/acme/shop*".',
    )
  }
  return image.endsWith('*') ? [image] : [`${image}:*`, `${image}@*`]
}
