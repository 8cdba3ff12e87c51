import { VerificationSummary } from '../src/attestation/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { AttestationKind, Digest } from '../src/model/index.ts'
import type { Verified } from './verify.ts'

/** The newest verdict about one digest that holds. Throws `VERIFY` if there is none. */
export function newestVerdict(verified: Pick<Verified, 'statements'>, digest: Digest): VerificationSummary {
  return newestVerdictStatement(verified, digest).summary
}

/** The same, with the digest of its statement. Throws `VERIFY` if there is none. */
export function newestVerdictStatement(
  { statements }: Pick<Verified, 'statements'>,
  digest: Digest,
): { summary: VerificationSummary; statement: Digest } {
  const summaries = (statements.get(digest)?.verdict ?? []).map(({ statement, digest: ofStatement }) => ({
    summary: VerificationSummary.parse(statement.predicate),
    statement: ofStatement,
  }))
  const [newest] = summaries.toSorted((left, right) =>
    left.summary.timeVerified < right.summary.timeVerified ? 1 : -1,
  )
  if (newest === undefined)
    throw new DeliveryError('VERIFY', `no verdict for ${digest}`, 'Run "loadline verify" for the whole list.')
  return newest
}

/** The predicate of the attestation of one kind on which the newest verdict rests. Throws `VERIFY` if there is none. */
export function groundOf(
  verified: Pick<Verified, 'statements'>,
  digest: Digest,
  kind: AttestationKind,
): Record<string, unknown> {
  const inputs = new Set(
    newestVerdict(verified, digest).inputAttestations?.map((input) => `sha256:${input.digest?.['sha256']}`),
  )
  const found = verified.statements.get(digest)?.[kind]?.find((entry) => inputs.has(entry.digest))
  if (found === undefined)
    throw new DeliveryError(
      'VERIFY',
      `the verdict of ${digest} rests on no ${kind} attestation that is present`,
      'Do not use this image; release it again.',
    )
  return found.statement.predicate
}
