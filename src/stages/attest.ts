import { dag, type Directory } from '@dagger.io/dagger'
import { claimOf, type Claim } from '../attestation/claim.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import { DeliveryError } from '../model/errors.ts'
import { predicateTypes, type Digest, type Lock } from '../model/index.ts'
import type { Order } from '../tools/batch/command.ts'
import type { CommandRun } from '../tools/batch/output.ts'
import { parseAttestations, subjectsOf, type AttestedStatement } from '../tools/cosign/attestations.ts'
import { readUnverified } from '../tools/cosign/beside.ts'
import * as cosign from '../tools/cosign/command.ts'
import { attachBundles } from '../engine/attach-bundles.ts'
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
  /** Whether any of them is new: then what was read from the registry before is out of date. */
  isNew: boolean
  /** New ones that are signed and not yet attached. */
  bundles: string[]
}

/**
 * Signs claims about one digest, to be attached. Claims that the signer has already attested, as a consumer has just
 * seen, are not attested again; those in the older format are attached at once. Throws `ATTEST`, or `SIGN` if a signing
 * service is unavailable for longer than the plan's patience; no tag was moved.
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
  const made = missing.length === 0 ? { statements: [], bundles: [] } : await write(digest, missing, attesting)
  const statements = claims.map((claim, index) => {
    const found = earlier[index] ?? written(claim, made.statements) ?? saying(claim, made.statements)
    if (found !== undefined) return found
    throw new DeliveryError(
      'ATTEST',
      `${attesting.access.repository}@${digest}: expected the attestation ${predicateTypes[claim.kind]}, which was made, found none`,
      'Check whether the registry keeps referrers, or tags named sha256-.... No tag was moved; the next run continues from here.',
    )
  })
  return { statements, isNew: missing.length > 0, bundles: made.bundles }
}

/** Attaches what was signed about one digest, all at once. Throws `ATTEST`; no tag was moved. */
export async function attachNew(
  digest: Digest,
  attested: readonly Attested[],
  { access, lock }: Pick<Attesting, 'access' | 'lock'>,
): Promise<void> {
  const bundles = attested.flatMap((one) => one.bundles)
  if (bundles.length > 0) await attachBundles({ access, digest }, bundles, 'ATTEST', lock)
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

/** What was signed: as bundles to be attached, or attached already. */
type Written = Pick<Attested, 'statements' | 'bundles'>

/** Makes attestations. What was signed before a service became unavailable is not signed again. */
async function write(digest: Digest, claims: readonly Claim[], attesting: Attesting): Promise<Written> {
  const make = isAttachedByCosign(attesting.plan) ? attachLegacy : signBundles
  const { statements, bundles } = await make(digest, claims, attesting)
  return { statements: statements.filter(({ statement }) => subjectsOf(statement).includes(digest)), bundles }
}

/** Whether Cosign attaches what it signs: it does so in the older format. */
export function isAttachedByCosign({ formats }: SigningPlan): boolean {
  return formats[0] === 'legacy'
}

async function signBundles(digest: Digest, claims: readonly Claim[], attesting: Attesting): Promise<Written> {
  const bundles: string[] = []
  let left = claims
  await retry({ minutes: attesting.plan.patienceMinutes }, async () => {
    const runs = await runCosign(digest, left, attesting, 'parallel')
    const failure = failureOf(digest, left, runs, attesting)
    bundles.push(...runs.flatMap(({ exitCode, stdout }) => (exitCode === 0 ? [stdout] : [])))
    left = left.filter((_, index) => runs[index]?.exitCode !== 0)
    if (failure !== undefined) throw failure.error
  })
  return { statements: bundles.flatMap(parseAttestations), bundles }
}

/** In sequence: the list of attestations is a tag that each writer reads and writes back. */
async function attachLegacy(digest: Digest, claims: readonly Claim[], attesting: Attesting): Promise<Written> {
  let left = claims
  return retry({ minutes: attesting.plan.patienceMinutes }, async () => {
    const runs = await runCosign(digest, left, attesting, 'sequence')
    const failure = failureOf(digest, left, runs, attesting)
    if (failure === undefined) return { statements: runs.slice(left.length).flatMap(readUnverified), bundles: [] }
    left = left.slice(failure.index)
    throw failure.error
  })
}

/** The first claim that could not be attested, and why. */
function failureOf(
  digest: Digest,
  claims: readonly Claim[],
  runs: readonly CommandRun[],
  { access, plan }: Attesting,
): { index: number; error: DeliveryError } | undefined {
  const index = runs.findIndex(({ exitCode }) => exitCode !== 0)
  const [claim, run] = [claims[index], runs[index]]
  if (claim === undefined || run === undefined) return undefined
  const what = `failed to attest ${predicateTypes[claim.kind]} of ${access.repository}@${digest}`
  const error = signingError(what, run, plan)
  return { index, error: error instanceof ServiceAway ? error : new DeliveryError('ATTEST', error.message, error.hint) }
}

/** Runs Cosign for each claim; in sequence once more, to read what is attached then. */
async function runCosign(digest: Digest, claims: readonly Claim[], { access, plan, lock }: Attesting, order: Order) {
  const tool = await toolImage(lock, 'cosign')
  const connected = await access.connect(tool.container)
  const { container, signing } = await prepareSigning(connected, plan, plan.formats[0] ?? 'bundle')
  const image = { program: tool.program, reference: `${access.inside}@${digest}`, insecure: access.insecure }
  const commands = claims.map(({ kind }) =>
    cosign.attest({ ...image, type: predicateTypes[kind], predicate: `${predicates}/${kind}.json`, ...signing }),
  )
  const reading = order === 'sequence' ? [cosign.downloadAttestations(image)] : []
  return runEach(
    'cosign',
    container.withMountedDirectory(predicates, predicatesOf(claims)),
    { commands: [...commands, ...reading], order },
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
