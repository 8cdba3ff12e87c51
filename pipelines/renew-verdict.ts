import { randomUUID } from 'node:crypto'
import {
  renewedSummary,
  verifierId,
  vulnerabilityReport,
  type InputAttestation,
  type VerificationSummary,
} from '../src/attestation/index.ts'
import { registryAccess } from '../src/engine/registry-access.ts'
import type { PublishedEvidence } from '../src/gate/reverdict.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { predicateTypes, type Digest, type ReleasedAttestation, type Reverdict } from '../src/model/index.ts'
import { attachNew, attest, type Attested, type Attesting } from '../src/stages/attest.ts'
import { expectedIdentity } from '../src/stages/sign/sign.ts'
import { planSigning, type Signer, type SigningPlan } from '../src/stages/sign/signer.ts'
import { isExpected } from '../src/stages/verify/expected-signer.ts'
import type { AttestedStatement } from '../src/tools/cosign/attestations.ts'
import { newestVerdict } from './newest-verdict.ts'
import { verifyImage, type Verified, type VerifyRequest } from './verify.ts'

/** What a new verdict is attested about, by whom, and for whom. */
export interface Renewal extends Pick<VerifyRequest, 'target' | 'identity' | 'expected' | 'lock' | 'now'> {
  plan: SigningPlan
  /** The image with what was attested about it, as it was judged again. */
  verified: Verified
  images: readonly PublishedEvidence[]
}

/** Decides how the new verdict is signed, before anything is judged. Throws `SIGN` if the signer is not the one that consumers expect: none of them would accept that verdict. */
export async function planRenewal(
  signer: Signer,
  { identity, policy, lock }: Pick<Renewal, 'identity' | 'lock'> & { policy: Parameters<typeof planSigning>[1] },
): Promise<SigningPlan> {
  const plan = planSigning(signer, policy)
  if (isExpected(await expectedIdentity(plan, lock), identity)) return plan
  throw new DeliveryError(
    'SIGN',
    'whoever is to sign the new verdict is not whom consumers of the image expect',
    'Sign with the key or identity that released the image. Nothing was attested.',
  )
}

/**
 * Attests today's passed verdict and the scan that it rests on, in addition to the earlier ones, and verifies both as a
 * consumer. For an index: for each image, then for the whole. Throws `ATTEST` if the policy is not that of the earlier
 * verdict, whose results are taken over; `SIGN`, `ATTEST` or `VERIFY` if it cannot be attested or verified.
 */
export async function renewVerdict(again: Reverdict, renewal: Renewal): Promise<ReleasedAttestation[]> {
  const { verified, images, target, lock, plan, now } = renewal
  if (again.policy !== again.attested.policy) {
    throw new DeliveryError(
      'ATTEST',
      `the policy ${again.policy} is not that of the attested verdict (${again.attested.policy}), by which was judged what an SBOM does not tell`,
      'Judge by the policy of the release, or build and release the image again. Nothing was attested.',
    )
  }
  const { repository, digest } = verified.verification
  const reference = `${repository}@${digest}`
  const access = await registryAccess({ ...target, reference }, lock)
  const attesting = { access, plan, lock }
  const tools = images.flatMap(({ vulnerabilities: { tool } }) => (tool === undefined ? [] : [tool]))
  const scanners = [...new Map(tools.map((tool) => [tool.name, tool])).values()]
  const judged = async (subject: Digest, inputs: readonly InputAttestation[], made: readonly Made[]) => {
    const predicate = renewedSummary(newestVerdict(verified, subject), again, { inputs, scanners })
    const verdict = await attestVerdict(subject, predicate, attesting)
    await attachNew(subject, [...made, verdict], attesting)
    return verdict
  }
  const below = await Promise.all(
    images.map(async (image) => {
      const scan = await attestScan(image, now, renewal, attesting)
      return [scan, await judged(image.digest, [...groundsOf(image.digest, renewal), inputOf(scan)], [scan])] as const
    }),
  )
  const verdicts = below.map(([, verdict]) => verdict)
  const all = verified.image.index
    ? [...verdicts, await judged(digest, [...groundsOf(digest, renewal), ...verdicts.map(inputOf)], [])]
    : verdicts
  await requireRenewed(reference, again, renewal)
  return [...below.map(([scan]) => scan), ...all].map(({ subject, statement, digest: bytes }) => ({
    subject,
    predicateType: statement.predicateType,
    statement: bytes,
  }))
}

/** One statement that was signed now. */
type Made = Attested & AttestedStatement & { subject: Digest }

async function attestScan(
  { digest, vulnerabilities }: PublishedEvidence,
  now: Date,
  { verified }: Renewal,
  attesting: Attesting,
): Promise<Made> {
  if (vulnerabilities.status !== 'collected') throw new TypeError(`nobody has scanned ${digest}`)
  const scan = { startedAt: now, finishedAt: now, invocation: `urn:uuid:${randomUUID()}`, builderId: verifierId }
  const holding = verified.statements.get(digest)?.vulnerabilities ?? []
  const attested = await attest(
    digest,
    [{ kind: 'vulnerabilities', predicate: vulnerabilityReport(vulnerabilities, scan) }],
    { statements: new Map([['vulnerabilities', { holding, said: '' }]]) },
    attesting,
  )
  return madeOf(digest, attested)
}

async function attestVerdict(digest: Digest, predicate: VerificationSummary, attesting: Attesting): Promise<Made> {
  return madeOf(digest, await attest(digest, [{ kind: 'verdict', predicate }], { statements: new Map() }, attesting))
}

function madeOf(subject: Digest, attested: Attested): Made {
  const [statement] = attested.statements
  if (statement === undefined) throw new TypeError('one claim gives one statement')
  return { ...attested, ...statement, subject }
}

/** Evidence of the earlier verdict that the new one also rests on: everything except its scan, and the verdicts below an index. */
function groundsOf(digest: Digest, { verified }: Renewal): InputAttestation[] {
  const replaced: readonly string[] = [predicateTypes.vulnerabilities, predicateTypes.verdict]
  return (newestVerdict(verified, digest).inputAttestations ?? []).flatMap(({ uri, digest: bytes }) =>
    uri === undefined || bytes?.['sha256'] === undefined || replaced.includes(uri)
      ? []
      : [{ predicateType: uri, digest: `sha256:${bytes['sha256']}` as Digest }],
  )
}

function inputOf({ statement, digest }: AttestedStatement): InputAttestation {
  return { predicateType: statement.predicateType, digest }
}

/** Throws `VERIFY` unless a consumer finds everything that is expected, and uses exactly the new verdict. */
async function requireRenewed(reference: string, again: Reverdict, renewal: Renewal): Promise<void> {
  const { plan, target } = renewal
  const [format] = plan.formats
  const { verification } = await verifyImage({
    ...renewal,
    target: { ...target, reference },
    ...(format === undefined ? {} : { format }),
  })
  const failed = verification.checks.filter(({ status }) => status !== 'holds')
  if (failed.length === 0 && verification.verdict?.at === again.judgedAt) return
  const found = failed.map(({ what, digest, found: said }) => `${what} of ${digest}: ${said}`)
  throw new DeliveryError(
    'VERIFY',
    `the new verdict was attested, and a consumer does not go by it: ${found.join('; ') || `the newest is of ${verification.verdict?.at ?? 'nobody'}`}`,
    'Check the clock of this machine and whether the registry keeps referrers (or tags named sha256-...), and run again.',
  )
}
