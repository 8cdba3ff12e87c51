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
import { planSigning, type Signer, type SigningPlan } from '../src/stages/sign/signer.ts'
import { verifyCommand, type Signed } from '../src/stages/verify/verify-signature.ts'
import { consumerFiles } from '../src/tools/cosign/identity.ts'
import { verifyCommands } from './verify-commands.ts'
import { beginSigning, vouch } from './vouch.ts'

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
