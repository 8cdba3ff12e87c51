import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import type { Lock } from '../model/index.ts'
import * as cosign from '../tools/cosign/command.ts'
import { parseVerification } from '../tools/cosign/output.ts'
import { lastLines, runTool } from '../tools/run-tool.ts'
import { toolImage } from '../tools/tool-image.ts'
import { fresh } from './fresh.ts'
import type { Signed } from './sign.ts'

/** Verifies what was just signed as a consumer would, with the public key alone. Throws `VERIFY`; the tag has not moved then. */
export async function verifyAsConsumer({ published, publicKey }: Signed, lock: Lock): Promise<void> {
  const { access, digest } = published
  const tool = toolImage(lock, 'cosign')
  const container = access.connect(tool.container).withEnvVariable('HOME', '/tmp').withMountedFile('/loadline/cosign.pub', dag.directory().withNewFile('cosign.pub', publicKey).file('cosign.pub'))
  const run = await runTool(
    'cosign',
    fresh(container),
    cosign.verifyWithKey({ program: tool.program, reference: `${access.inside}@${digest}`, insecure: access.insecure, key: '/loadline/cosign.pub' }),
  )
  if (run.exitCode !== 0) {
    throw new DeliveryError('VERIFY', `${access.repository}@${digest} was signed, but a consumer could not verify it: ${lastLines(run.stderr, 2)}`, 'Nothing was tagged. Check whether the registry keeps signatures (referrers, or tags named sha256-...).')
  }
  parseVerification(run.stdout, digest)
}
