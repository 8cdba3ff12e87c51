import { dag, type Directory } from '@dagger.io/dagger'
import { claimOf, type Claim } from '../attestation/claim.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import { DeliveryError } from '../model/errors.ts'
import { predicateTypes, type Digest, type Lock } from '../model/index.ts'
import { subjectsOf, type AttestedStatement } from '../tools/cosign/attestations.ts'
import { readUnverified } from '../tools/cosign/beside.ts'
import * as cosign from '../tools/cosign/command.ts'
import { runEach } from '../engine/run-each.ts'
import { toolImage } from '../engine/tool-image.ts'
import type { RegistryAccess } from '../engine/registry-access.ts'
import { retry, ServiceAway } from '../engine/retry.ts'
import { signingError } from './sign/sign.ts'
import { prepareSigning, type SigningPlan } from './sign/signer.ts'
import type { Beside } from './verify/attestation-reader.ts'

/** How attestations are made. */
export interface Attesting {
  access: RegistryAccess
  plan: SigningPlan
  lock: Lock
}

/** Statements about one digest, in the order of the claims that they make. */
export interface Attested {
  statements: AttestedStatement[]
  /** Whether any of them was written now: then what was read from the registry before is out of date. */
  written: boolean
}

/**
 * Attests claims about one digest. Claims that the signer has already attested, as a consumer has just seen, are not
 * attested again. Throws `ATTEST`, or `SIGN` if a signing service is unavailable for longer than the plan's patience;
 * no tag was moved.
 */
export async function attest(
  digest: Digest,
  claims: readonly Claim[],
  before: Pick<Beside, 'statements'>,
  attesting: Attesting,
): Promise<Attested> {
  const earlier = claims.map((claim) => saying(claim, before.statements.get(claim.kind)?.holding ?? []))
  const missing = claims.filter((_, index) => earlier[index] === undefined)
  // All signatures are verified together, before a tag moves.
  const after = missing.length === 0 ? [] : await write(digest, missing, attesting)
  const statements = claims.map((claim, index) => {
    const found = earlier[index] ?? written(claim, after) ?? saying(claim, after)
    if (found !== undefined) return found
    throw new DeliveryError(
      'ATTEST',
      `${attesting.access.repository}@${digest}: expected the attestation ${predicateTypes[claim.kind]}, which was written, found none`,
      'Check whether the registry keeps referrers, or tags named sha256-.... No tag was moved; the next run continues from here.',
    )
  })
  return { statements, written: missing.length > 0 }
}

/** The statement with exactly this predicate: an earlier one may make the same claim about another day. */
function written({ kind, predicate }: Claim, statements: readonly AttestedStatement[]): AttestedStatement | undefined {
  const wanted = canonicalJson(predicate)
  return statements.findLast(
    ({ statement }) =>
      statement.predicateType === predicateTypes[kind] && canonicalJson(statement.predicate) === wanted,
  )
}

/** The newest statement that makes exactly this claim. */
function saying({ kind, predicate }: Claim, statements: readonly AttestedStatement[]): AttestedStatement | undefined {
  const wanted = claimOf(kind, predicate)
  return statements.findLast(
    ({ statement }) =>
      statement.predicateType === predicateTypes[kind] && claimOf(kind, statement.predicate) === wanted,
  )
}

/**
 * Writes attestations, and returns everything then attached to the digest. What was written before a service became
 * unavailable is not written again.
 */
async function write(digest: Digest, claims: readonly Claim[], attesting: Attesting): Promise<AttestedStatement[]> {
  let left = claims
  return retry({ minutes: attesting.plan.patienceMinutes }, async () => {
    const { access, plan } = attesting
    const runs = await attestEach(digest, left, attesting)
    const failed = runs.findIndex(({ exitCode }, index) => exitCode !== 0 && index < left.length)
    const [run, claim] = [runs[failed], left[failed]]
    if (run === undefined || claim === undefined)
      return runs
        .slice(left.length)
        .flatMap(readUnverified)
        .filter(({ statement }) => subjectsOf(statement).includes(digest))
    left = left.slice(failed)
    const type = predicateTypes[claim.kind]
    const error = signingError(`failed to attest ${type} of ${access.repository}@${digest}`, run, plan)
    throw error instanceof ServiceAway ? error : new DeliveryError('ATTEST', error.message, error.hint)
  })
}

/**
 * Runs Cosign for each claim, and then once more to read the result. In sequence: without the referrers API, the list
 * of attestations is a tag that each writer reads and writes back.
 */
async function attestEach(digest: Digest, claims: readonly Claim[], { access, plan, lock }: Attesting) {
  const tool = await toolImage(lock, 'cosign')
  const connected = await access.connect(tool.container)
  const { container, signing } = await prepareSigning(connected, plan, plan.formats[0] ?? 'bundle')
  const image = { program: tool.program, reference: `${access.inside}@${digest}`, insecure: access.insecure }
  const commands = claims.map(({ kind }) =>
    cosign.attest({ ...image, type: predicateTypes[kind], predicate: `${predicates}/${kind}.json`, ...signing }),
  )
  return runEach(
    'cosign',
    container.withMountedDirectory(predicates, predicatesOf(claims)),
    { commands: [...commands, cosign.downloadAttestations(image)], order: 'sequence' },
    lock,
  )
}

const predicates = '/loadline/predicates'

function predicatesOf(claims: readonly Claim[]): Directory {
  return claims.reduce(
    (directory, { kind, predicate }) => directory.withNewFile(`${kind}.json`, JSON.stringify(predicate)),
    dag.directory(),
  )
}
