import { DeliveryError } from '../../model/errors.ts'
import { predicateTypes, type AttestationKind, type Digest, type Lock } from '../../model/index.ts'
import { parseAttestations, subjectsOf, type AttestedStatement } from '../../tools/cosign/attestations.ts'
import * as cosign from '../../tools/cosign/command.ts'
import type { Identity } from '../../tools/cosign/identity.ts'
import { parseVerification } from '../../tools/cosign/output.ts'
import { parseCosignVersion, requireSoundCosign } from '../../tools/cosign/sound-version.ts'
import { lastLines, runTool, type ToolRun } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import { fresh } from '../../engine/fresh.ts'
import type { RegistryAccess } from '../../engine/registry-access.ts'
import { prepareVerifying } from './prepare-verifying.ts'

/** What a consumer can find out about one digest in a registry, with Cosign and the signer's identity alone. */
export interface Consumer {
  /** Undefined where a signature of exactly this digest holds; otherwise the reason why none does. */
  signatureFault(digest: Digest): Promise<string | undefined>
  /** The statements of one kind about this digest whose signature holds. Empty where there is none, with what Cosign said. */
  statements(digest: Digest, kind: AttestationKind): Promise<{ holding: AttestedStatement[]; said: string }>
  /** Every attestation that lies beside the digest, whoever made it. Only good for saying what is missing. */
  unverified(digest: Digest): Promise<AttestedStatement[]>
}

/** A consumer of one repository. Throws `VERIFY` where the Cosign of the lock file is one whose word counts for nothing. */
export async function consumer(
  access: RegistryAccess,
  identity: Identity,
  lock: Lock,
  format: cosign.SignatureFormat = 'bundle',
): Promise<Consumer> {
  const pinned = lock.tools['cosign']?.version
  if (pinned !== undefined) requireSoundCosign(pinned)
  const tool = await toolImage(lock, 'cosign')
  const { container, verifying } = prepareVerifying(await access.connect(tool.container), identity, format)
  const image = (digest: Digest) => ({
    program: tool.program,
    reference: `${access.inside}@${digest}`,
    insecure: access.insecure,
  })
  const run = (argv: string[]): Promise<ToolRun> => runTool('cosign', fresh(container), argv)

  // The program is asked as well: a lock file says what was meant to be in the image.
  requireSoundCosign(
    parseCosignVersion((await runTool('cosign', tool.container, [tool.program, 'version', '--json'])).stdout),
  )

  return {
    async signatureFault(digest) {
      const { exitCode, stdout, stderr } = await run(cosign.verify({ ...image(digest), ...verifying }))
      if (exitCode !== 0) return reason(stderr)
      try {
        parseVerification(stdout, digest)
        return undefined
      } catch (error) {
        if (error instanceof DeliveryError) return error.message
        throw error
      }
    },
    async statements(digest, kind) {
      const { exitCode, stdout, stderr } = await run(
        cosign.verifyAttestation({ ...image(digest), type: predicateTypes[kind], ...verifying }),
      )
      if (exitCode !== 0) return { holding: [], said: reason(stderr) }
      const holding = parseAttestations(stdout).filter(
        ({ statement }) => statement.predicateType === predicateTypes[kind] && subjectsOf(statement).includes(digest),
      )
      return { holding, said: holding.length === 0 ? 'the attestations are about another image' : '' }
    },
    async unverified(digest) {
      const { exitCode, stdout } = await run(cosign.downloadAttestations(image(digest)))
      try {
        return exitCode === 0 ? parseAttestations(stdout) : []
      } catch (error) {
        // What a stranger put there may be unreadable, and must not hide what is good.
        if (error instanceof DeliveryError) return []
        throw error
      }
    },
  }
}

/** The last words of Cosign, without the prefix that repeats them. */
function reason(stderr: string): string {
  return lastLines(stderr, 1).replace(/^(Error|error during command execution): /, '') || 'cosign gave no reason'
}
