import { wasBuilt, type ReleaseFacts } from '../src/attestation/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import { digestOf, type AppliedPolicy, type Lock, type Release, type ReleasedAttestation } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import type { ManifestForm } from '../src/formats/oci/manifest-form.ts'
import { layOut } from '../src/stages/publish/layout.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import { moveTags, publishByDigest, type MovedTag } from '../src/stages/publish/publish.ts'
import { registryAccess, type Target } from '../src/engine/registry-access.ts'
import { ServiceAway } from '../src/engine/retry.ts'
import { sign } from '../src/stages/sign/sign.ts'
import { planSigning, type Signer, type SigningPlan } from '../src/stages/sign/signer.ts'
import { verifyAsConsumer, verifyCommand, type Signed } from '../src/stages/verify/verify-signature.ts'
import { consumerFiles } from '../src/tools/cosign/identity.ts'
import { attestRelease } from './attest-release.ts'
import { verifyCommands } from './verify-commands.ts'
import { verifyImage } from './verify.ts'

/** Where a passed image goes, who signs it, and what is said about it. */
export interface ReleaseRequest {
  target: Target
  /** At least one; they move last. */
  tags: readonly string[]
  signer?: Signer
  /** The policy that judged: a verdict under another one is refused. */
  policy: Policy
  /** The form that is pushed; without it, a single manifest for one platform and an index for several. */
  form?: ManifestForm
  /** A tag that exists with another digest is not moved: the release fails. */
  immutable: boolean
  applied: AppliedPolicy
  facts: ReleaseFacts
  lock: Lock
  progress: Progress
  /** The time of the release: a verdict that is too old by then is refused. */
  now: Date
}

/** A release, with the files that a consumer verifies it by, where it was signed. */
export interface Released {
  release: Release
  consumerFiles: Record<string, string>
}

/**
 * publish -> sign -> attest -> verify -> tag, for the archives of a passed verdict only; the type checker sees to that.
 * Throws `PUBLISH`, `SIGN`, `ATTEST` or `VERIFY`; every tag is then where it was, and the next run goes on from there.
 */
export async function release(
  passed: PassedVerdict,
  archives: readonly BuiltArchive[],
  request: ReleaseRequest,
): Promise<Released> {
  const { lock, progress, signer, policy, form, immutable } = request
  passed.mustCover(archives.map(({ archive }) => archive))
  passed.mustHold(policy, request.now)
  requireProvenance(request)
  const access = await registryAccess(request.target, lock)
  const plan = signer === undefined ? undefined : planSigning(signer, policy.signing)

  const published = await step(
    progress,
    'publish',
    async () => publishByDigest(await layOut(archives, form), access, lock),
    { said: ({ digest }) => digest },
  )
  const signing =
    plan === undefined
      ? undefined
      : await step(progress, 'sign', () => signOrSayWhyNot(plan, () => sign(published, plan, lock)))
  const signed = signing?.signed
  const attested =
    plan === undefined || signed === undefined
      ? []
      : await step(
          progress,
          'attest',
          () => attestRelease(signed, { ...request, passed, archives, policy: request.applied, plan }),
          { said: (made) => `${made.length} attestations` },
        )
  if (signed !== undefined)
    await step(progress, 'attest', () => verifyRelease(signed, passed, request), { of: 'verify' })
  const tags = await step(progress, 'publish', () => moveTags(published, request.tags, lock, { immutable }), {
    of: 'tag',
    said: describeTags,
  })
  const overtaken = tags.flatMap(({ tag, state, now }) => (state === 'overtaken' ? [{ tag, digest: now }] : []))

  return {
    consumerFiles: signed === undefined ? {} : consumerFiles(signed.identity),
    release: {
      reference: `${access.repository}:${request.tags[0]}`,
      tags: [...request.tags],
      digest: published.digest,
      ...(overtaken.length === 0 ? {} : { overtaken }),
      ...(plan === undefined || signed === undefined ? {} : describeSignature(plan, signed, attested)),
      ...(signing?.unsigned === undefined ? {} : { unsigned: signing.unsigned }),
    },
  }
}

/** Throws `ATTEST` if the policy requires provenance for an image that was not built here, and so has none. */
function requireProvenance({ signer, facts, policy }: ReleaseRequest): void {
  if (signer !== undefined && !wasBuilt(facts) && policy.release.require.includes('provenance')) {
    throw new DeliveryError(
      'ATTEST',
      'the policy requires provenance (release.require), and an image that was not built here has none: nobody knows from what it was built',
      'Take provenance out of release.require for such images, or build the image from its source. Nothing was published.',
    )
  }
}

/** Verifies everything as anybody could, before a tag moves. Throws `VERIFY`. */
async function verifyRelease(signed: Signed, { verdict }: PassedVerdict, request: ReleaseRequest): Promise<void> {
  await verifyAsConsumer(signed, request.lock)
  const { access, digest } = signed.published
  const { verification } = await verifyImage({
    target: { ...request.target, reference: `${access.repository}@${digest}` },
    identity: signed.identity,
    ...(signed.stored[0] === undefined ? {} : { format: signed.stored[0].format }),
    expected: { kinds: request.policy.release.require, policy: verdict.binding.policy },
    lock: request.lock,
    now: request.now,
  })
  const failed = verification.checks.filter(({ status }) => status !== 'holds')
  if (failed.length === 0 && verification.digest === digest) return
  const lines = failed.map(
    ({ digest: subject, what, wanted, found }) => `${what} of ${subject}: expected ${wanted}, found: ${found}`,
  )
  throw new DeliveryError(
    'VERIFY',
    `${access.repository}@${digest} was published, and a consumer could not verify it: ${lines.join('; ')}`,
    'No tag was moved. Check whether the registry keeps referrers (or tags named sha256-...), and run again.',
  )
}

type Signing = { signed: Signed; unsigned?: undefined } | { signed?: undefined; unsigned: string }

/** A release without a signature happens where the policy says so, services stayed away, and nothing else was wrong. */
async function signOrSayWhyNot({ unavailable }: SigningPlan, work: () => Promise<Signed>): Promise<Signing> {
  try {
    return { signed: await work() }
  } catch (error) {
    if (error instanceof ServiceAway && unavailable === 'release-unsigned')
      return { unsigned: `${error.message}. The policy says signing.unavailable: release-unsigned` }
    throw error
  }
}

function describeSignature(
  { signer, services }: SigningPlan,
  signed: Signed,
  attestations: ReleasedAttestation[],
): Pick<Release, 'signature' | 'attestations' | 'verifyCommand' | 'verifyCommands'> {
  const { identity, stored, published } = signed
  const { repository, insecure } = published.access
  return {
    signature: {
      signer: signer.kind,
      ...(identity.kind === 'key'
        ? { publicKeyDigest: digestOf(identity.publicKey) }
        : { certificate: { identity: identity.identity, issuer: identity.issuer } }),
      transparencyLog: services.transparencyLog,
      stored,
      verified: true,
    },
    attestations,
    verifyCommand: verifyCommand(signed),
    verifyCommands: verifyCommands({
      repository,
      insecure,
      digest: published.digest,
      identity,
      format: stored[0]?.format ?? 'bundle',
      attestations,
    }),
  }
}

function describeTags(tags: readonly MovedTag[]): string {
  return tags.map(({ tag, state }) => `${tag} ${state}`).join(', ')
}
