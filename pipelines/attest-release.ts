import {
  imageClaims,
  provenance,
  verificationSummary,
  wasBuilt,
  type Claim,
  type InputAttestation,
  type ReleaseFacts,
} from '../src/attestation/index.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import type { AppliedPolicy, Digest, Lock, ReleasedAttestation } from '../src/model/index.ts'
import { attest, type Attesting } from '../src/stages/attest.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import { consumer } from '../src/stages/verify/attestation-reader.ts'
import type { SigningPlan } from '../src/stages/sign/signer.ts'
import type { Signed } from '../src/stages/verify/verify-signature.ts'

/** What is attested, and by whom. */
export interface AttestRequest {
  passed: PassedVerdict
  archives: readonly BuiltArchive[]
  facts: ReleaseFacts
  policy: AppliedPolicy
  plan: SigningPlan
  lock: Lock
}

/**
 * Attests each image with its provenance, SBOMs, scan and tests, then the verdict that rests on them; an index gets the provenance of the whole and a verdict that rests on those of its images.
 * Images are attested in parallel, one image's attestations one after the other. Throws `ATTEST`.
 */
export async function attestRelease(
  { published, identity }: Signed,
  request: AttestRequest,
): Promise<ReleasedAttestation[]> {
  const { passed, facts, policy, plan, lock } = request
  const { access, digest: top } = published
  const attesting: Attesting = { access, plan, lock, consumer: await consumer(access, identity, lock, plan.formats[0]) }
  const made: ReleasedAttestation[] = []

  const attestWithVerdict = async (
    digest: Digest,
    claims: readonly Claim[],
    below: readonly InputAttestation[],
  ): Promise<InputAttestation> => {
    const inputs = (await attest(digest, claims, attesting)).map(({ statement, digest: bytes }) => ({
      predicateType: statement.predicateType,
      digest: bytes,
    }))
    const summary = verificationSummary(passed.verdict, {
      repository: access.repository,
      digest,
      policy,
      inputs: [...inputs, ...below],
    })
    const [verdict] = await attest(digest, [{ kind: 'verdict', predicate: summary }], attesting)
    if (verdict === undefined) throw new TypeError('one claim gives one statement')
    const own = { predicateType: verdict.statement.predicateType, digest: verdict.digest }
    made.push(
      ...[...inputs, own].map(({ predicateType, digest: statement }) => ({
        subject: digest,
        predicateType,
        statement,
      })),
    )
    return own
  }

  const verdicts = await Promise.all(
    request.archives.map(({ archive: { digest } }) =>
      attestWithVerdict(digest, imageClaims(digest, passed.verdict, facts), []),
    ),
  )
  if (!request.archives.some(({ archive }) => archive.digest === top))
    await attestWithVerdict(
      top,
      wasBuilt(facts) ? [{ kind: 'provenance', predicate: provenance(facts.build) }] : [],
      verdicts,
    )
  return made.toSorted((left, right) =>
    `${left.subject} ${left.predicateType}` < `${right.subject} ${right.predicateType}` ? -1 : 1,
  )
}
