import { DeliveryError } from '../../model/errors.ts'
import type { Lock, StoredSignature } from '../../model/index.ts'
import { shellWord } from '../../model/printable.ts'
import * as cosign from '../../tools/cosign/command.ts'
import { describeIdentity, verifyingBy, type Identity } from '../../tools/cosign/identity.ts'
import { lastWord, parseVerification } from '../../tools/cosign/output.ts'
import { runTool, type ToolRun } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import { fresh } from '../../engine/fresh.ts'
import type { Published } from '../publish/publish.ts'
import { prepareVerifying } from './prepare-verifying.ts'

/** A published digest with its signatures. */
export interface Signed {
  published: Published
  /** The signer that a consumer expects. */
  identity: Identity
  stored: StoredSignature[]
  /** Whether any of them was made now, not by an earlier run. */
  isNew: boolean
}

/** Verifies a new signature as a consumer would, with only the expected identity. Throws `VERIFY`; the tag has not moved then. */
export async function verifyAsConsumer({ published, identity, stored }: Signed, lock: Lock): Promise<void> {
  for (const { format } of stored) await verifySignature(published, identity, format, lock)
}

/** Verifies that the expected identity signed exactly this digest. Throws `VERIFY`. */
export async function verifySignature(
  published: Published,
  identity: Identity,
  format: cosign.SignatureFormat,
  lock: Lock,
): Promise<void> {
  const run = await runVerify(published, identity, format, lock)
  if (run.exitCode !== 0) {
    throw new DeliveryError(
      'VERIFY',
      `failed to verify a ${format === 'bundle' ? 'Sigstore bundle' : 'signature in the older format'} of ${published.access.repository}@${published.digest} by ${describeIdentity(identity)}: ${lastWord(run.stderr)}`,
      'Do not use this image. Check the expected signer, whether the trusted root belongs to the instance that signed, and whether the registry keeps signatures (referrers, or tags named sha256-...).',
    )
  }
  parseVerification(run.stdout, published.digest)
}

/** Whether the expected identity has already signed this digest in this format. */
export async function verifies(
  published: Published,
  identity: Identity,
  format: cosign.SignatureFormat,
  lock: Lock,
): Promise<boolean> {
  const run = await runVerify(published, identity, format, lock)
  if (run.exitCode !== 0) return false
  parseVerification(run.stdout, published.digest)
  return true
}

async function runVerify(
  { access, digest }: Published,
  identity: Identity,
  format: cosign.SignatureFormat,
  lock: Lock,
): Promise<ToolRun> {
  const tool = await toolImage(lock, 'cosign')
  const { container, verifying } = prepareVerifying(await access.connect(tool.container), identity, format)
  return runTool(
    'cosign',
    fresh(container),
    cosign.verify({
      program: tool.program,
      reference: `${access.inside}@${digest}`,
      insecure: access.insecure,
      ...verifying,
    }),
  )
}

/**
 * The command to verify the first signature, in the directory with the files of `consumerFiles`; for a POSIX shell.
 */
export function verifyCommand({ published, identity, stored }: Signed): string {
  const { access, digest } = published
  const verifying = verifyingBy(identity, stored[0]?.format ?? 'bundle', '')
  const argv = cosign.verify({
    program: 'cosign',
    reference: `${access.repository}@${digest}`,
    insecure: access.insecure,
    ...verifying,
  })
  return argv.map((word) => (word.startsWith('--') ? word : shellWord(word))).join(' ')
}
