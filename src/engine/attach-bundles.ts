import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import type { Digest, Lock } from '../model/index.ts'
import * as registry from '../tools/registry/command.ts'
import { readAttached } from '../tools/registry/output.ts'
import { publishError } from '../tools/registry/publish-error.ts'
import { askRegistry } from './ask-registry.ts'
import type { RegistryAccess } from './registry-access.ts'

/**
 * Attaches signed bundles to an image, all at once: one program asks the registry what Cosign would ask for each of
 * them. Throws `code`: `SIGN` for a signature, `ATTEST` for attestations; no tag was moved.
 */
export async function attachBundles(
  { access, digest }: { access: RegistryAccess; digest: Digest },
  bundles: readonly string[],
  code: 'SIGN' | 'ATTEST',
  lock: Lock,
): Promise<void> {
  const directory = bundles.reduce(
    (files, text, index) => files.withNewFile(`${index}.sigstore.json`, text),
    dag.directory(),
  )
  const what = code === 'SIGN' ? 'the signature' : `${bundles.length} attestations`
  const doing = `attaching ${what} to ${access.repository}@${digest}`
  const { done, fault } = await askRegistry(
    {
      access,
      directory,
      argv: (connection) =>
        registry.attach(connection, { bundles: '/layout', reference: `${access.inside}@${digest}` }),
      read: readAttached,
    },
    lock,
  )
  if (fault !== undefined) throw publishError(fault, { doing, after: 'No tag was moved.', code })
  if (done.digest === digest && done.bundles.length === bundles.length) return
  throw new DeliveryError(
    code,
    `${doing}: expected ${bundles.length} for ${digest}, found ${done.bundles.length} for ${done.digest}`,
    'Report this as a bug in Loadline. No tag was moved.',
  )
}
