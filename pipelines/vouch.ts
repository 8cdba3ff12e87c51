import type { ReleaseFacts } from '../src/attestation/index.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { AppliedPolicy, Digest, Lock, ReleasedAttestation } from '../src/model/index.ts'
import { begun } from '../src/engine/begun.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import type { RegistryAccess } from '../src/engine/registry-access.ts'
import { resolveImage, type ResolvedImage } from '../src/engine/resolve-image.ts'
import { ServiceAway } from '../src/engine/retry.ts'
import type { Policy } from '../src/policy/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import type { Pushed } from '../src/stages/publish/publish.ts'
import { expectedIdentity, sign } from '../src/stages/sign/sign.ts'
import { beginStorage, canWriteTogether } from '../src/stages/sign/signature-storage.ts'
import type { SigningPlan } from '../src/stages/sign/signer.ts'
import { consumer, type Beside, type Consumer } from '../src/stages/verify/attestation-reader.ts'
import { verifyAsConsumer, type Signed } from '../src/stages/verify/verify-signature.ts'
import type { Identity } from '../src/tools/cosign/identity.ts'
import { attestRelease, beginLooks, type AttestedRelease, type Looks } from './attest-release.ts'
import { verifyResolved, type ResolvedRequest } from './verify.ts'

/** How a release is signed, and whom its consumers will expect. */
export interface BegunSigning {
  plan: SigningPlan
  identity: Promise<Identity>
}

/** Asks whose key or token it is while the image is still being pushed. */
export function beginSigning(plan: SigningPlan, lock: Lock): BegunSigning {
  return { plan, identity: begun(expectedIdentity(plan, lock)) }
}

/** What is signed and attested, and for which policy. */
export interface Vouching extends BegunSigning {
  published: Pushed
  policy: Policy
  applied: AppliedPolicy
  facts: ReleaseFacts
  lock: Lock
  progress: Progress
  now: Date
}

type Vouched =
  | { signed: Signed; attestations: ReleasedAttestation[]; unsigned?: undefined }
  | { signed?: undefined; unsigned: string }

/**
 * sign and attest -> verify. A consumer reads what the registry has before either writes, and does not read again what
 * neither has changed. Throws `SIGN`, `ATTEST` or `VERIFY`, once nothing is being written any more.
 */
export async function vouch(
  passed: PassedVerdict,
  archives: readonly BuiltArchive[],
  request: Vouching,
): Promise<Vouched> {
  const looking = beginLooking(archives, request)
  const [signing, attesting] = await Promise.allSettled(signAndAttest(passed, archives, { ...request, looking }))
  if (signing.status === 'rejected') throw signing.reason
  const { signed } = signing.value
  if (attesting.status === 'rejected') {
    if (signed === undefined && attesting.reason instanceof ServiceAway) return signing.value
    throw attesting.reason
  }
  if (signed === undefined) return signing.value
  const { attestations, unchanged } = attesting.value
  await step(
    request.progress,
    'attest',
    async () => {
      const { access, asking, image } = await looking
      // A signature may have waited for its services for long.
      const seen = signed.isNew ? new Map<Digest, Beside>() : unchanged
      return verifyRelease(signed, passed, { ...request, access, asking, image: await image, seen })
    },
    { of: 'verify' },
  )
  return { signed, attestations }
}

/** Begins both. Where attestations are listed under the same tag as the signature, they are attached after it. */
function signAndAttest(
  passed: PassedVerdict,
  archives: readonly BuiltArchive[],
  request: Vouching & { looking: Promise<Looking> },
): [Promise<Signing>, Promise<AttestedRelease>] {
  const { published, plan, identity, looking, lock, progress, applied } = request
  const { digest: top } = published
  const storage = beginStorage(published, plan.formats, lock)
  const before = begun(looking.then((found) => found.before(top)))
  const signing = begun(
    step(progress, 'sign', () =>
      signOrSayWhyNot(plan, () => sign(published, plan, lock, { identity, storage, before })),
    ),
  )
  const turn = async (digest: Digest) => {
    if (digest !== top || canWriteTogether(await storage)) return
    const { unsigned } = await signing
    if (unsigned !== undefined)
      throw new ServiceAway(
        'ATTEST',
        `nothing was attested, because nothing was signed: ${unsigned}`,
        'No tag was moved.',
      )
  }
  const attest = async () => {
    const { before: looks } = await looking
    return step(
      progress,
      'attest',
      () => attestRelease(published, { ...request, passed, archives, policy: applied, before: looks, turn }),
      { said: (made) => `${made.attestations.length} attestations` },
    )
  }
  return [signing, begun(attest())]
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
  request: Vouching & Pick<ResolvedRequest, 'access' | 'asking' | 'image' | 'seen'>,
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
