import type { AttestationKind, Digest, Lock } from '../../model/index.ts'
import { besideCommands, readBeside, type Beside } from '../../tools/cosign/beside.ts'
import type { SignatureFormat } from '../../tools/cosign/command.ts'
import type { Identity } from '../../tools/cosign/identity.ts'
import { parseCosignVersion, requireSoundCosign } from '../../tools/cosign/sound-version.ts'
import { runEach } from '../../engine/run-each.ts'
import { runTool } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import type { RegistryAccess } from '../../engine/registry-access.ts'
import { prepareVerifying } from './prepare-verifying.ts'

export type { Beside } from '../../tools/cosign/beside.ts'

/** A consumer that verifies with only Cosign and the signer's identity. */
export interface Consumer {
  /**
   * Reads what the registry has attached to one digest: its signature, its attestations, and the statements of some
   * kinds with their signatures.
   */
  look(digest: Digest, kinds: readonly AttestationKind[]): Promise<Beside>
}

/** A consumer of one repository. Throws `VERIFY` if the lock file's Cosign version cannot be trusted. */
export async function consumer(
  access: RegistryAccess,
  identity: Identity,
  lock: Lock,
  format: SignatureFormat = 'bundle',
): Promise<Consumer> {
  const pinned = lock.tools['cosign']?.version
  if (pinned !== undefined) requireSoundCosign(pinned)
  const tool = await toolImage(lock, 'cosign')
  const { container, verifying } = prepareVerifying(await access.connect(tool.container), identity, format)

  // The program is asked too: a lock file only states what should be in the image.
  requireSoundCosign(
    parseCosignVersion((await runTool('cosign', tool.container, [tool.program, 'version', '--json'])).stdout),
  )

  return {
    async look(digest, kinds) {
      const reference = `${access.inside}@${digest}`
      const image = { program: tool.program, reference, insecure: access.insecure, ...verifying }
      const commands = besideCommands(image, kinds)
      return readBeside(await runEach('cosign', container, { commands, order: 'parallel' }, lock), digest, kinds)
    },
  }
}
