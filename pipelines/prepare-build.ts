import { pinBases, type PinnedBases } from '../src/stages/build/pin-bases.ts'
import { prepareDockerfile } from '../src/stages/build/prepare-dockerfile.ts'
import type { Source } from '../src/stages/source/source.ts'
import type { DockerfilePreparation } from '../src/tools/dockerfile/output.ts'
import type { Request } from './request.ts'

/** A Dockerfile's bases, each resolved once, and the Dockerfile that names exactly these digests. */
export interface Prepared {
  bases: PinnedBases
  preparation: DockerfilePreparation
}

/**
 * Resolves a Dockerfile's bases, and makes the text that is built; with `again`, a number that no earlier build had, one whose steps find nothing in the engine's caches. Undefined if there is no Dockerfile. Throws `LOCK`,
 * `SOURCE` and `BUILD`.
 */
export async function prepareBuild(
  { dockerfile, policy, platforms, image }: Source,
  { lock, buildSecrets, ssh, cacheScope }: Pick<Request, 'lock' | 'buildSecrets' | 'ssh' | 'cacheScope'>,
  again?: number,
): Promise<Prepared | undefined> {
  if (dockerfile === undefined) return undefined
  const { reading: _, ...written } = dockerfile
  const bases = await pinBases(dockerfile, lock)
  const preparation = await prepareDockerfile(
    {
      ...written,
      platforms,
      secrets: [...buildSecrets.keys()],
      agent: ssh !== undefined,
      cacheScope: again === undefined ? cacheScope : `again-${again}`,
      ...(again === undefined ? {} : { again }),
      pragmas: policy.lint.pragmas,
      bases: bases.toPrepare,
      isBuilt: image === undefined,
    },
    lock,
  )
  return { bases, preparation }
}
