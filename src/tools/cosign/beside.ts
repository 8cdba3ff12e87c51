import { DeliveryError } from '../../model/errors.ts'
import { predicateTypes, type AttestationKind, type Digest } from '../../model/index.ts'
import { lastLines } from '../lines.ts'
import type { CommandRun } from '../batch/output.ts'
import { parseAttestations, subjectsOf, type AttestedStatement } from './attestations.ts'
import { downloadAttestations, verify, verifyAttestation, type Image, type Verifying } from './command.ts'
import { parseVerification } from './output.ts'

/** What is attached to one digest in a registry, as a consumer with only Cosign and the signer's identity finds it. */
export interface Beside {
  /** Undefined if a signature of exactly this digest is valid; otherwise the reason why none is. */
  signatureFault: string | undefined
  /**
   * The statements about this digest with a valid signature, for each requested kind. Empty if there are none, with
   * Cosign's message.
   */
  statements: ReadonlyMap<AttestationKind, { holding: readonly AttestedStatement[]; said: string }>
  /** Every attestation, whoever made it. Only for explaining what is missing. */
  unverified: readonly AttestedStatement[]
}

/** The commands whose answers `readBeside` reads. They only read, so they can run in parallel. */
export function besideCommands(image: Image & Verifying, kinds: readonly AttestationKind[]): string[][] {
  return [
    verify(image),
    downloadAttestations(image),
    ...kinds.map((kind) => verifyAttestation({ ...image, type: predicateTypes[kind] })),
  ]
}

/**
 * Reads the answers to `besideCommands`, in order. Throws `VERIFY` for verified bytes that are not a statement: they
 * prove nothing.
 */
export function readBeside(
  [signature, downloaded, ...verified]: readonly CommandRun[],
  digest: Digest,
  kinds: readonly AttestationKind[],
): Beside {
  if (signature === undefined || downloaded === undefined || verified.length !== kinds.length)
    throw new TypeError(`expected ${kinds.length + 2} answers from cosign`)
  return {
    signatureFault: signatureFault(signature, digest),
    statements: new Map(
      kinds.flatMap((kind, index) => {
        const run = verified[index]
        return run === undefined ? [] : [[kind, statements(run, digest, kind)]]
      }),
    ),
    unverified: readUnverified(downloaded),
  }
}

/**
 * Reads what `cosign download attestation` printed. A stranger's attestation may be unreadable, and must not hide a
 * valid one.
 */
export function readUnverified({ exitCode, stdout }: CommandRun): AttestedStatement[] {
  try {
    return exitCode === 0 ? parseAttestations(stdout) : []
  } catch (error) {
    if (error instanceof DeliveryError) return []
    throw error
  }
}

function signatureFault({ exitCode, stdout, stderr }: CommandRun, digest: Digest): string | undefined {
  if (exitCode !== 0) return reason(stderr)
  try {
    parseVerification(stdout, digest)
    return undefined
  } catch (error) {
    if (error instanceof DeliveryError) return error.message
    throw error
  }
}

function statements(
  { exitCode, stdout, stderr }: CommandRun,
  digest: Digest,
  kind: AttestationKind,
): { holding: AttestedStatement[]; said: string } {
  if (exitCode !== 0) return { holding: [], said: reason(stderr) }
  const holding = parseAttestations(stdout).filter(
    ({ statement }) => statement.predicateType === predicateTypes[kind] && subjectsOf(statement).includes(digest),
  )
  return { holding, said: holding.length === 0 ? 'the attestations are about a different image' : '' }
}

/** Cosign's last message, without its prefix. */
function reason(stderr: string): string {
  return lastLines(stderr, 1).replace(/^(Error|error during command execution): /, '') || 'cosign gave no reason'
}
