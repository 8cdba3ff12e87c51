import { wasBuilt, type ReleaseFacts } from '../src/attestation/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import { digestOf, type AppliedPolicy, type Lock, type Release, type ReleasedAttestation } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import type { ManifestForm } from '../src/formats/oci/manifest-form.ts'
import { layOut } from '../src/stages/publish/layout.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import { moveTags, publishByDigest, type MovedTag, type Published } from '../src/stages/publish/publish.ts'
import { registryAccess, type RegistryAccess, type Target } from '../src/engine/registry-access.ts'
import { resolveImage, type ResolvedImage } from '../src/engine/resolve-image.ts'
import { ServiceAway } from '../src/engine/retry.ts'
import { expectedIdentity, sign } from '../src/stages/sign/sign.ts'
import { planSigning, type Signer, type SigningPlan } from '../src/stages/sign/signer.ts'
import { consumer, type Consumer } from '../src/stages/verify/attestation-reader.ts'
import { verifyAsConsumer, verifyCommand, type Signed } from '../src/stages/verify/verify-signature.ts'
import { consumerFiles, type Identity } from '../src/tools/cosign/identity.ts'
import { attestRelease, beginLooks, type Looks } from './attest-release.ts'
import { verifyCommands } from './verify-commands.ts'
import { verifyResolved, type ResolvedRequest } from './verify.ts'
import { begun } from '../src/engine/begun.ts'

/** Where a passed image goes, who signs it, and what is attested about it. */
export interface ReleaseRequest {
  target: Target
  /** At least one; they move last. */
  tags: readonly string[]
  signer?: Signer
  /** The policy that judged: a verdict under a different one is refused. */
  policy: Policy
  /** The form to push; by default, a single manifest for one platform and an index for several. */
  form?: ManifestForm
  /** Fail instead of moving a tag that exists with a different digest. */
  immutable: boolean
  applied: AppliedPolicy
  facts: ReleaseFacts
  lock: Lock
  progress: Progress
  /** The time of the release: a verdict that is too old by then is refused. */
  now: Date
}

/** A release, with the files with which a consumer verifies it, if it was signed. */
export interface Released {
  release: Release
  consumerFiles: Record<string, string>
}

/**
 * publish -> sign -> attest -> verify -> tag, for the archives of a passed verdict only; the type checker enforces that.
 * Throws `PUBLISH`, `SIGN`, `ATTEST` or `VERIFY`; every tag is then where it was, and the next run continues from there.
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
  const signing = signer === undefined ? undefined : beginSigning(planSigning(signer, policy.signing), lock)

  const published = await step(
    progress,
    'publish',
    async () => publishByDigest(await layOut(archives, form), access, lock),
    { said: ({ digest }) => digest },
  )
  const vouched =
    signing === undefined ? undefined : await vouch(passed, archives, { ...request, published, ...signing })
  const tags = await step(progress, 'publish', () => moveTags(published, request.tags, lock, { immutable }), {
    of: 'tag',
    said: describeTags,
  })
  const overtaken = tags.flatMap(({ tag, state, now }) => (state === 'overtaken' ? [{ tag, digest: now }] : []))

  return {
    consumerFiles: vouched?.signed === undefined ? {} : consumerFiles(vouched.signed.identity),
    release: {
      reference: `${access.repository}:${request.tags[0]}`,
      tags: [...request.tags],
      digest: published.digest,
      ...(overtaken.length === 0 ? {} : { overtaken }),
      ...(signing === undefined || vouched?.signed === undefined
        ? {}
        : describeSignature(signing.plan, vouched.signed, vouched.attestations)),
      ...(vouched?.unsigned === undefined ? {} : { unsigned: vouched.unsigned }),
    },
  }
}

/** Throws `ATTEST` if the policy requires provenance for an image that was not built here, and so has none. */
function requireProvenance({ signer, facts, policy }: ReleaseRequest): void {
  if (signer !== undefined && !wasBuilt(facts) && policy.release.require.includes('provenance')) {
    throw new DeliveryError(
      'ATTEST',
      'the policy requires provenance (release.require), but an image that was not built here has none: nobody knows what it was built from',
      'Remove provenance from release.require for such images, or build the image from its source. Nothing was published.',
    )
  }
}

/** How a release is signed, and whom its consumers will expect. */
interface BegunSigning {
  plan: SigningPlan
  identity: Promise<Identity>
}

/** Asks whose key or token it is while the image is still being pushed. */
function beginSigning(plan: SigningPlan, lock: Lock): BegunSigning {
  return { plan, identity: begun(expectedIdentity(plan, lock)) }
}

type Vouching = ReleaseRequest & BegunSigning & { published: Published }
type Vouched =
  | { signed: Signed; attestations: ReleasedAttestation[]; unsigned?: undefined }
  | { signed?: undefined; unsigned: string }

/**
 * sign -> attest -> verify. A consumer reads what the registry has while it is being signed, and does not read again
 * what has not changed since. Throws `SIGN`, `ATTEST` or `VERIFY`.
 */
async function vouch(passed: PassedVerdict, archives: readonly BuiltArchive[], request: Vouching): Promise<Vouched> {
  const { published, plan, identity, lock, progress, applied } = request
  const looking = beginLooking(archives, request)
  const signing = await step(progress, 'sign', () =>
    signOrSayWhyNot(plan, () => sign(published, plan, lock, undefined, identity)),
  )
  const { signed } = signing
  if (signed === undefined) return signing
  const { attestations, seen } = await step(
    progress,
    'attest',
    async () =>
      attestRelease(published, {
        ...request,
        passed,
        archives,
        policy: applied,
        isNewlySigned: signed.isNew,
        before: (await looking).before,
      }),
    { said: (made) => `${made.attestations.length} attestations` },
  )
  await step(
    progress,
    'attest',
    async () => {
      const { access, asking, image } = await looking
      return verifyRelease(signed, passed, { ...request, access, asking, image: await image, seen })
    },
    { of: 'verify' },
  )
  return { signed, attestations }
}

/** A consumer of the published image, and what it has started to read from the registry. */
interface Looking {
  access: RegistryAccess
  asking: Consumer
  image: Promise<ResolvedImage>
  before: Looks
}

function beginLooking(
  archives: readonly BuiltArchive[],
  { published, plan, identity, lock }: Vouching,
): Promise<Looking> {
  const access = { ...published.access, digest: published.digest }
  const begin = async () => {
    const asking = await consumer(access, await identity, lock, plan.formats[0])
    const image = begun(resolveImage(access, lock))
    return { access, asking, image, before: beginLooks(asking, published, archives) }
  }
  return begun(begin())
}

/** Verifies everything as any consumer could, before a tag moves. Throws `VERIFY`. */
async function verifyRelease(
  signed: Signed,
  { verdict }: PassedVerdict,
  request: ReleaseRequest & Pick<ResolvedRequest, 'access' | 'asking' | 'image' | 'seen'>,
): Promise<void> {
  const { identity, stored, published } = signed
  const { access, digest } = published
  // The consumer reads the first format.
  await verifyAsConsumer({ ...signed, stored: stored.slice(1) }, request.lock)
  const { verification } = await verifyResolved({
    ...request,
    reference: `${access.repository}@${digest}`,
    identity,
    expected: { kinds: request.policy.release.require, policy: verdict.binding.policy },
  })
  const failed = verification.checks.filter(({ status }) => status !== 'holds')
  if (failed.length === 0 && verification.digest === digest) return
  const lines = failed.map(
    ({ digest: subject, what, wanted, found }) => `${what} of ${subject}: expected ${wanted}, found: ${found}`,
  )
  throw new DeliveryError(
    'VERIFY',
    `${access.repository}@${digest} was published, but a consumer could not verify it: ${lines.join('; ')}`,
    'No tag was moved. Check whether the registry keeps referrers (or tags named sha256-...), and run again.',
  )
}

type Signing = { signed: Signed; unsigned?: undefined } | { signed?: undefined; unsigned: string }

/**
 * A release without a signature happens only if the policy allows it, the signing services were unavailable, and
 * nothing else was wrong.
 */
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
