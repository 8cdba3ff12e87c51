import {
  imageClaims,
  provenance,
  verificationSummary,
  wasBuilt,
  type Claim,
  type InputAttestation,
  type ReleaseFacts,
} from '../src/attestation/index.ts'
import { kindsOf } from '../src/attestation/check-image.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import {
  attestationKinds,
  type AppliedPolicy,
  type Digest,
  type Lock,
  type ReleasedAttestation,
} from '../src/model/index.ts'
import { madeKnown } from '../src/policy/baseline.ts'
import { attachNew, attest, isAttachedByCosign } from '../src/stages/attest.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import type { Beside, Consumer } from '../src/stages/verify/attestation-reader.ts'
import type { Published, Pushed } from '../src/stages/publish/publish.ts'
import type { SigningPlan } from '../src/stages/sign/signer.ts'
import type { AttestedStatement } from '../src/tools/cosign/attestations.ts'
import { begun } from '../src/engine/begun.ts'

/** What is attested, and by whom. */
export interface AttestRequest {
  passed: PassedVerdict
  archives: readonly BuiltArchive[]
  facts: ReleaseFacts
  policy: AppliedPolicy
  plan: SigningPlan
  /** What the consumer that must be able to verify them has found so far. */
  before: Looks
  /** Resolves when statements about a digest may be attached: not while somebody else writes to the same list. */
  turn(digest: Digest): Promise<unknown>
  lock: Lock
}

/** What a consumer finds attached to each digest of a release. */
export type Looks = (digest: Digest) => Promise<Beside>

/**
 * Starts reading what is attached to each published digest, for every claim of a release. Nothing is attached to what
 * the registry did not have before.
 */
export function beginLooks(asking: Consumer, { digest: top, isNew }: Pushed, archives: readonly BuiltArchive[]): Looks {
  if (isNew) return async () => ({ signatureFault: 'it is new', unverified: [], ...nothing })
  const images = new Set(archives.map(({ archive }) => archive.digest))
  const looks = new Map(
    [...new Set([...images, top])].map((digest) => {
      const kinds = kindsOf({ index: !images.has(digest) }, { kinds: attestationKinds })
      return [digest, begun(asking.look(digest, kinds))]
    }),
  )
  return async (digest) => {
    const look = looks.get(digest)
    if (look === undefined) throw new TypeError(`expected what is attached to ${digest}, found that it was not read`)
    return look
  }
}

/** The attestations of a release, and what a consumer saw attached to those digests for which nothing new was attested. */
export interface AttestedRelease {
  attestations: ReleasedAttestation[]
  unchanged: ReadonlyMap<Digest, Beside>
}

/**
 * Attests each image with its provenance, SBOMs, scan and tests, then the verdict that rests on them; an index gets
 * provenance for the whole and a verdict that rests on its images' verdicts. Images are attested in parallel. Throws
 * `ATTEST`.
 */
export async function attestRelease(published: Published, request: AttestRequest): Promise<AttestedRelease> {
  const { passed, facts, archives } = request
  const images = await Promise.all(
    archives.map(({ archive: { digest } }) =>
      attestWithVerdict({ digest, claims: imageClaims(digest, passed.verdict, facts), below: [] }, published, request),
    ),
  )
  const { digest: top } = published
  const claims: Claim[] = wasBuilt(facts) ? [{ kind: 'provenance', predicate: provenance(facts.build) }] : []
  const all = archives.some(({ archive }) => archive.digest === top)
    ? images
    : [...images, await attestWithVerdict({ digest: top, claims, below: images }, published, request)]
  const attestations = all.flatMap(({ digest, inputs, verdict }) =>
    [...inputs, verdict].map(({ predicateType, digest: statement }) => ({ subject: digest, predicateType, statement })),
  )
  return {
    attestations: attestations.toSorted((left, right) =>
      `${left.subject} ${left.predicateType}` < `${right.subject} ${right.predicateType}` ? -1 : 1,
    ),
    unchanged: new Map(all.flatMap(({ digest, before, isNew }) => (isNew ? [] : [[digest, before]]))),
  }
}

/** The claims about one digest. */
interface Subject {
  digest: Digest
  claims: readonly Claim[]
  /** The images of an index, on whose verdicts its own verdict rests. */
  below: readonly Said[]
}

/** The statements about one digest, from this run or an earlier one. */
interface Said {
  digest: Digest
  inputs: InputAttestation[]
  verdict: InputAttestation
  before: Beside
  /** Whether any of them is new. */
  isNew: boolean
}

async function attestWithVerdict(
  { digest, claims, below }: Subject,
  { access }: Published,
  { passed, facts, policy, plan, lock, before: looks, turn }: AttestRequest,
): Promise<Said> {
  const attesting = { access, plan, lock }
  const before = await looks(digest)
  if (isAttachedByCosign(plan)) await turn(digest)
  const given = await attest(digest, claims, before, attesting)
  const inputs = given.statements.map(inputOf)
  const predicate = verificationSummary(passed.verdict, {
    repository: access.repository,
    digest,
    policy,
    inputs: [...inputs, ...below.map(({ verdict }) => verdict)],
    application: facts.build.subject.name,
    known: madeKnown(passed.verdict, facts.evidence),
  })
  // An earlier verdict rests on earlier statements.
  const isNew = given.isNew || below.some((one) => one.isNew)
  const judged = await attest(digest, [{ kind: 'verdict', predicate }], isNew ? nothing : before, attesting)
  await turn(digest)
  await attachNew(digest, [given, judged], attesting)
  const [verdict] = judged.statements.map(inputOf)
  if (verdict === undefined) throw new TypeError('expected one statement for one claim')
  return { digest, inputs, verdict, before, isNew: given.isNew || judged.isNew }
}

const nothing: Pick<Beside, 'statements'> = { statements: new Map() }

function inputOf({ statement, digest }: AttestedStatement): InputAttestation {
  return { predicateType: statement.predicateType, digest }
}
