import { dag, type Container } from '@dagger.io/dagger'
import type { SignatureFormat, Verifying } from '../../tools/cosign/command.ts'
import { consumerFiles, verifyingBy, type Identity } from '../../tools/cosign/identity.ts'

/** Gives a container what Cosign needs to verify as a consumer, and the arguments that say where it is. */
export function prepareVerifying(
  container: Container,
  identity: Identity,
  format: SignatureFormat,
): { container: Container; verifying: Verifying } {
  const directory = '/loadline/consumer'
  const files = Object.entries(consumerFiles(identity)).reduce(
    (all, [name, text]) => all.withNewFile(name, text),
    dag.directory(),
  )
  return {
    container: container.withEnvVariable('HOME', '/tmp').withMountedDirectory(directory, files),
    verifying: verifyingBy(identity, format, `${directory}/`),
  }
}
