import { join } from 'node:path'
import { locateCache } from '../../toolchain/cache.ts'
import { debianArchive } from '../../toolchain/bases/assembly/debian-archive.ts'
import { debianMinbase, extendDebianRoot } from '../../toolchain/bases/assembly/debian-root.ts'
import { sharedDirectory } from '../../toolchain/bases/assembly/shared-directory.ts'
import { prerequisites } from '../../toolchain/prerequisites.ts'
import { withSetUpLock } from '../../toolchain/set-up-lock.ts'
import { runSteps, type Step, type StepEvent } from '../../toolchain/steps.ts'

/** What somebody who has Docker has as well. */
const packages = ['ca-certificates', 'curl', 'docker.io', 'git', 'iptables']

const laptopRoot: Step<string> = {
  name: 'laptop',
  doing: 'installing a Debian with Docker, for tests',
  done: 'a Debian with Docker installed, for tests',
  cost: 'debian',
  needs: [prerequisites],
  async run({ cache, run, say }) {
    const shared = cache.path('shared')
    const work = cache.path('work', 'laptop')
    await run('mkdir', ['-p', work, shared])
    const context = { work, shared, run, say }
    const archive = await debianArchive(context)
    const below = await debianMinbase(context)
    const home = await sharedDirectory(join(archive.directory, 'laptop'), async (unfinished) => {
      await extendDebianRoot(context, below, { home: unfinished, packages })
      await run('rm', [join(unfinished, 'layer.tar')])
    })
    return join(home, 'root')
  },
}

/** The root of a Debian 12 with Docker, installed from Debian's packages into the cache of the sealed toolchain where it lacks it. Nobody may write into it. */
export async function laptopDirectory(onProgress: (event: StepEvent) => void): Promise<string> {
  const cache = locateCache()
  return withSetUpLock(
    cache,
    undefined,
    () => undefined,
    async (signal) => (await runSteps([laptopRoot], { cache, onProgress, signal }))(laptopRoot),
  )
}
