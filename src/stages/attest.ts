import { dag } from '@dagger.io/dagger'
import { claimOf, type Claim } from '../attestation/claim.ts'
import { DeliveryError } from '../model/errors.ts'
import { predicateTypes, type Digest, type Lock } from '../model/index.ts'
import { subjectsOf, type AttestedStatement } from '../tools/cosign/attestations.ts'
import * as cosign from '../tools/cosign/command.ts'
import { runTool } from '../engine/run-tool.ts'
import { toolImage } from '../engine/tool-image.ts'
import type { Consumer } from './verify/attestation-reader.ts'
import { fresh } from '../engine/fresh.ts'
import type { RegistryAccess } from '../engine/registry-access.ts'
import { retry, ServiceAway } from '../engine/retry.ts'
import { signingError } from './sign/sign.ts'
import { prepareSigning, type SigningPlan } from './sign/signer.ts'

/** How attestations are made and found again. */
export interface Attesting {
  access: RegistryAccess
  plan: SigningPlan
  /** The consumer who must be able to verify them. */
  consumer: Consumer
  lock: Lock
}

/**
 * Attests claims about one digest, and gives back the statements that say so, in their order. What the signer has said before about this digest is not said again.
 * One after the other: where a registry has no referrers API, the list of attestations is a tag that each writer reads and writes back.
 * Throws `ATTEST`, or `SIGN` where a signing service is away for longer than the plan's patience; no tag was moved.
 */
export async function attest(
  digest: Digest,
  claims: readonly Claim[],
  attesting: Attesting,
): Promise<AttestedStatement[]> {
  const { consumer, access } = attesting
  const known = new Set((await consumer.unverified(digest)).map(({ statement }) => statement.predicateType))
  const earlier = await Promise.all(
    claims.map(async (claim) =>
      known.has(predicateTypes[claim.kind])
        ? saying(claim, (await consumer.statements(digest, claim.kind)).holding)
        : undefined,
    ),
  )
  const missing = claims.filter((_, index) => earlier[index] === undefined)
  for (const claim of missing)
    await retry({ minutes: attesting.plan.patienceMinutes }, () => attestOne(digest, claim, attesting))
  // Whether the signatures hold is asked of everything together, before a tag moves.
  const written =
    missing.length === 0
      ? []
      : (await consumer.unverified(digest)).filter(({ statement }) => subjectsOf(statement).includes(digest))
  return claims.map((claim, index) => {
    const found = earlier[index] ?? saying(claim, written)
    if (found !== undefined) return found
    throw new DeliveryError(
      'ATTEST',
      `${access.repository}@${digest}: the attestation ${predicateTypes[claim.kind]} was written, and is not there`,
      'Check whether the registry keeps referrers, or tags named sha256-.... No tag was moved; the next run goes on from here.',
    )
  })
}

/** The newest statement that makes exactly this claim. */
function saying({ kind, predicate }: Claim, statements: readonly AttestedStatement[]): AttestedStatement | undefined {
  const wanted = claimOf(kind, predicate)
  return statements.findLast(
    ({ statement }) =>
      statement.predicateType === predicateTypes[kind] && claimOf(kind, statement.predicate) === wanted,
  )
}

async function attestOne(digest: Digest, { kind, predicate }: Claim, { access, plan, lock }: Attesting): Promise<void> {
  const tool = await toolImage(lock, 'cosign')
  const { container, signing } = await prepareSigning(
    await access.connect(tool.container),
    plan,
    plan.formats[0] ?? 'bundle',
  )
  const path = '/loadline/predicate.json'
  const file = dag.directory().withNewFile('predicate.json', JSON.stringify(predicate)).file('predicate.json')
  const run = await runTool(
    'cosign',
    fresh(container.withMountedFile(path, file)),
    cosign.attest({
      program: tool.program,
      reference: `${access.inside}@${digest}`,
      insecure: access.insecure,
      type: predicateTypes[kind],
      predicate: path,
      ...signing,
    }),
  )
  if (run.exitCode === 0) return
  const error = signingError(`attesting ${predicateTypes[kind]} of ${access.repository}@${digest} failed`, run, plan)
  throw error instanceof ServiceAway ? error : new DeliveryError('ATTEST', error.message, error.hint)
}
