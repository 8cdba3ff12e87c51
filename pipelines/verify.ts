import { checkImage, kindsOf, type Expectation, type Found } from '../src/attestation/check-image.ts'
import { DeliveryError } from '../src/model/errors.ts'
import {
  attestationKinds,
  digestOf,
  predicateTypes,
  type AttestationKind,
  type Digest,
  type Lock,
  type Platform,
  type Verification,
} from '../src/model/index.ts'
import { decidePolicy, policyDigest, type PolicyFiles } from '../src/policy/index.ts'
import { consumer, type Beside, type Consumer } from '../src/stages/verify/attestation-reader.ts'
import { registryAccess, type RegistryAccess, type Target } from '../src/engine/registry-access.ts'
import { resolveImage, type ResolvedImage } from '../src/engine/resolve-image.ts'
import { describeCertificate, type Identity } from '../src/tools/cosign/identity.ts'
import type { SignatureFormat } from '../src/tools/cosign/command.ts'
import type { AttestedStatement } from '../src/tools/cosign/attestations.ts'

/** What is verified, and what is expected of it. */
export interface VerifyRequest {
  target: Target
  identity: Identity
  /** The signature format; bundles if omitted. */
  format?: SignatureFormat
  expected: Expectation
  lock: Lock
  now: Date
}

/** A verification with the statements that hold, for callers that build on them. */
export interface Verified {
  verification: Verification
  image: ResolvedImage
  statements: ReadonlyMap<Digest, Readonly<Partial<Record<AttestationKind, readonly AttestedStatement[]>>>>
}

/**
 * What a consumer with these policy files expects: a verdict under the resulting policy, and the attestations that it
 * requires. Without any file, every kind and any policy. Throws `POLICY`.
 */
export function expectationOf(files: PolicyFiles, source: string | undefined, now: Date): Expectation {
  const policy =
    files.organisation === undefined && files.application === undefined ? undefined : decidePolicy(files, now).policy
  return {
    kinds: policy?.release.require ?? attestationKinds,
    ...(policy === undefined ? {} : { policy: policyDigest(policy) }),
    ...(source === undefined ? {} : { source }),
  }
}

/**
 * Verifies an image as a consumer: its digest once, the signature, and each attestation that is expected, with the
 * signer's identity and nothing else. A refusal is a value that says what is missing. Throws `VERIFY` if the registry
 * cannot be asked, or the Cosign in use cannot be trusted.
 */
export async function verifyImage(request: VerifyRequest): Promise<Verified> {
  const { identity, lock } = request
  const access = await registryAccess(request.target, lock)
  const [image, asking] = await Promise.all([
    resolveImage(access, lock),
    consumer(access, identity, lock, request.format),
  ])
  return verifyResolved({ ...request, reference: request.target.reference, access, image, asking, seen: new Map() })
}

/** Throws `VERIFY` unless everything holds that was expected. `purpose` completes "it cannot ...". */
export function requireVerified({ verification, image }: Verified, purpose: string): void {
  const failed = verification.checks.filter(({ status }) => status !== 'holds')
  if (verification.outcome === 'verified') return
  throw new DeliveryError(
    'VERIFY',
    `${verification.repository}@${image.digest} cannot ${purpose}: ${failed.map(({ what, digest, found }) => `${what} of ${digest}: ${found}`).join('; ')}`,
    'Run "loadline verify" for the whole list; judge an image without these attestations with "loadline build-and-scan" on its source.',
  )
}

/** A verification of an image whose digest is known, by a consumer that may already have read what is attached to it. */
export interface ResolvedRequest extends Pick<VerifyRequest, 'identity' | 'expected' | 'now'> {
  reference: string
  access: RegistryAccess
  image: ResolvedImage
  asking: Consumer
  /** What this consumer saw attached to digests that have not changed since. It is not read again. */
  seen: ReadonlyMap<Digest, Beside>
}

/** Verifies an image whose digest in the registry the caller knows. */
export async function verifyResolved(request: ResolvedRequest): Promise<Verified> {
  const { expected, identity, access, image } = request
  const subjects = image.index
    ? [
        { digest: image.digest, platform: undefined, index: true },
        ...image.manifests.map((manifest) => ({ ...manifest, index: false })),
      ]
    : image.manifests.map((manifest) => ({ ...manifest, index: false }))

  const found = await Promise.all(subjects.map((subject) => look(subject, subject.digest === image.digest, request)))
  const verdictsBelow = new Set(
    found
      .filter(({ index }) => !index)
      .flatMap(({ kinds }) => kinds.verdict?.holding.map(({ digest }) => digest) ?? []),
  )
  const checked = found.map((entry) =>
    checkImage(entry.index && expected.kinds.includes('verdict') ? { ...entry, verdictsBelow } : entry, expected),
  )
  const checks = checked.flatMap((entry) => entry.checks)
  const verdict = checked[0]?.verdict
  const origin = checked.find((entry) => entry.origin !== undefined)?.origin
  return {
    image,
    statements: new Map(
      found.map(({ digest, kinds }) => [
        digest,
        Object.fromEntries(Object.entries(kinds).map(([kind, { holding }]) => [kind, holding])),
      ]),
    ),
    verification: {
      schemaVersion: 'loadline.verification/v1',
      outcome: checks.length > 0 && checks.every(({ status }) => status === 'holds') ? 'verified' : 'refused',
      reference: request.reference,
      repository: access.repository,
      digest: image.digest,
      verifiedAt: request.now.toISOString(),
      signer: identity.kind === 'key' ? `the key ${digestOf(identity.publicKey)}` : describeCertificate(identity),
      checks,
      ...(verdict === undefined ? {} : { verdict }),
      ...(origin === undefined ? {} : { origin }),
    },
  }
}

/** Everything attached to one digest, unless it was already read. */
async function look(
  subject: { digest: Digest; platform: Platform | undefined; index: boolean },
  signed: boolean,
  { expected, asking, seen }: ResolvedRequest,
): Promise<Found> {
  const kinds = kindsOf(subject, expected)
  const before = seen.get(subject.digest)
  const isSeen = before !== undefined && kinds.every((kind) => before.statements.has(kind))
  const beside = isSeen ? before : await asking.look(subject.digest, kinds)
  const unverified = (kind: AttestationKind) =>
    beside.unverified.filter(({ statement }) => statement.predicateType === predicateTypes[kind]).length
  return {
    ...subject,
    signature: { wanted: signed, fault: signed ? beside.signatureFault : undefined },
    kinds: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        { ...(beside.statements.get(kind) ?? { holding: [], said: '' }), unverified: unverified(kind) },
      ]),
    ),
  }
}
