import type { PassedVerdict } from '../src/gate/evaluate.ts'
import { digestOf, type Lock, type Release } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import type { BuiltArchive } from '../src/stages/build.ts'
import { layOut, type ManifestForm } from '../src/stages/layout.ts'
import { step, type Progress } from '../src/stages/progress.ts'
import { moveTags, publishByDigest, type MovedTag } from '../src/stages/publish.ts'
import { registryAccess, type Target } from '../src/stages/registry-access.ts'
import { ServiceAway } from '../src/stages/patience.ts'
import { sign } from '../src/stages/sign.ts'
import { planSigning, type Signed, type Signer, type SigningPlan } from '../src/stages/signer.ts'
import { verifyAsConsumer, verifyCommand } from '../src/stages/verify.ts'
import { consumerFiles } from '../src/tools/cosign/identity.ts'

/** Where a passed image goes, and who signs it. */
export interface ReleaseRequest {
  target: Target
  signer?: Signer
  policy: Policy
  /** The form that is pushed; without it, a single manifest for one platform and an index for several. */
  consumer?: ManifestForm
  /** A tag that exists with another digest is not moved: the release fails. */
  immutableTags?: boolean
  lock: Lock
  progress: Progress
}

/** A release, with the files that a consumer verifies it by, where it was signed. */
export interface Released {
  release: Release
  consumerFiles: Record<string, string>
}

/**
 * publish -> sign -> verify -> tag, for the archives of a passed verdict only; the type checker sees to that.
 * Throws `PUBLISH`, `SIGN` or `VERIFY`; every tag is then where it was, and the next run goes on from there.
 */
export async function release(passed: PassedVerdict, archives: readonly BuiltArchive[], request: ReleaseRequest): Promise<Released> {
  const { lock, progress, signer, policy, consumer, immutableTags } = request
  passed.mustCover(archives.map(({ archive }) => archive))
  const access = await registryAccess(request.target, lock)
  const plan = signer === undefined ? undefined : planSigning(signer, policy.signing)

  const published = await step(progress, 'publish', '', async () => publishByDigest(await layOut(archives, consumer), access, lock), ({ digest }) => digest)
  const signing = plan === undefined ? undefined : await step(progress, 'sign', '', () => signOrSayWhyNot(plan, () => sign(published, plan, lock)))
  if (signing?.signed !== undefined) await step(progress, 'sign', 'verify', () => verifyAsConsumer(signing.signed, lock))
  const tags = await step(progress, 'publish', 'tag', () => moveTags(published, [access.tag], lock, { immutable: immutableTags ?? false }), describeTags)
  const overtaken = tags.flatMap(({ tag, state, now }) => (state === 'overtaken' ? [{ tag, digest: now }] : []))

  return {
    consumerFiles: signing?.signed === undefined ? {} : consumerFiles(signing.signed.identity),
    release: {
      reference: `${access.repository}:${access.tag}`,
      digest: published.digest,
      ...(overtaken.length === 0 ? {} : { overtaken }),
      ...(plan === undefined || signing?.signed === undefined ? {} : describeSignature(plan, signing.signed)),
      ...(signing?.unsigned === undefined ? {} : { unsigned: signing.unsigned }),
    },
  }
}

type Signing = { signed: Signed; unsigned?: undefined } | { signed?: undefined; unsigned: string }

/** A release without a signature happens where the policy says so, services stayed away, and nothing else was wrong. */
async function signOrSayWhyNot({ unavailable }: SigningPlan, work: () => Promise<Signed>): Promise<Signing> {
  try {
    return { signed: await work() }
  } catch (error) {
    if (error instanceof ServiceAway && unavailable === 'release-unsigned') return { unsigned: `${error.message}. The policy says signing.unavailable: release-unsigned` }
    throw error
  }
}

function describeSignature({ signer, services }: SigningPlan, signed: Signed): Pick<Release, 'signature' | 'verifyCommand'> {
  const { identity, stored } = signed
  return {
    signature: {
      signer: signer.kind,
      ...(identity.kind === 'key' ? { publicKeyDigest: digestOf(identity.publicKey) } : { certificate: { identity: identity.identity, issuer: identity.issuer } }),
      transparencyLog: services.transparencyLog,
      stored,
      verified: true,
    },
    verifyCommand: verifyCommand(signed),
  }
}

function describeTags(tags: readonly MovedTag[]): string {
  return tags.map(({ tag, state }) => `${tag} ${state}`).join(', ')
}
