import { DeliveryError } from '../../model/errors.ts'
import { predicateTypes, type AttestationKind, type Digest } from '../../model/index.ts'
import { lastLines } from '../lines.ts'
import type { CommandRun } from '../batch/output.ts'
import { parseAttestations, subjectsOf, type AttestedStatement } from './attestations.ts'
import { downloadAttestations, verify, verifyAttestation, type Image, type Verifying } from './command.ts'
import { parseVerification } from './output.ts'

/** What lies beside one digest in a registry, as somebody finds it who has Cosign and the signer's identity alone. */
export interface Beside {
  /** Undefined where a signature of exactly this digest holds; otherwise the reason why none does. */
  signatureFault: string | undefined
  /** The statements about this digest whose signature holds, of each kind that was asked for. Empty where there is none, with what Cosign said. */
  statements: ReadonlyMap<AttestationKind, { holding: readonly AttestedStatement[]; said: string }>
  /** Every attestation, whoever made it. Only good for saying what is missing. */
  unverified: readonly AttestedStatement[]
}

/** The commands whose answers `readBeside` reads. They only read, so they can run side by side. */
export function besideCommands(image: Image & Verifying, kinds: readonly AttestationKind[]): string[][] {
  return [
    verify(image),
    downloadAttestations(image),
    ...kinds.map((kind) => verifyAttestation({ ...image, type: predicateTypes[kind] })),
  ]
}

/** Reads the answers to `besideCommands`, in their order. Throws `VERIFY` for verified bytes that are no statement: they prove nothing. */
export function readBeside(
  [signature, downloaded, ...verified]: readonly CommandRun[],
  digest: Digest,
  kinds: readonly AttestationKind[],
): Beside {
  if (signature === undefined || downloaded === undefined || verified.length !== kinds.length)
    throw new TypeError(`expected ${kinds.length + 2} answers of cosign`)
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

/** Reads what `cosign download attestation` printed. What a stranger put there may be unreadable, and must not hide what is good. */
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
  return { holding, said: holding.length === 0 ? 'the attestations are about another image' : '' }
}

/** The last words of Cosign, without the prefix that repeats them. */
function reason(stderr: string): string {
  return lastLines(stderr, 1).replace(/^(Error|error during command execution): /, '') || 'cosign gave no reason'
}
