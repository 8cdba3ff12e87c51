import { join } from 'node:path'
import { locateCache } from '../../toolchain/cache.ts'
import { debianArchive } from '../../toolchain/bases/assembly/debian-archive.ts'
import { debianMinbase, extendDebianRoot } from '../../toolchain/bases/assembly/debian-root.ts'
import { sharedDirectory } from '../../toolchain/bases/assembly/shared-directory.ts'
import { prerequisites } from '../../toolchain/prerequisites.ts'
import { withSetUpLock } from '../../toolchain/set-up-lock.ts'
import { runSteps, type Step, type StepEvent } from '../../toolchain/steps.ts'

/** What the machines of tests have beside the smallest Debian 12. */
const installed = {
  /** What somebody who has Docker has as well. */
  laptop: ['ca-certificates', 'curl', 'docker.io', 'git', 'iptables'],
  /** An emulator of machines, a kernel for them, and what their first file system is made with. */
  emulator: ['busybox-static', 'cpio', 'linux-image-cloud-amd64', 'qemu-system-x86'],
} as const

function installedDebian(name: keyof typeof installed): Step<string> {
  return {
    name,
    doing: `installing a Debian as ${name}, for tests`,
    done: `a Debian installed as ${name}, for tests`,
    cost: 'debian',
    needs: [prerequisites],
    async run({ cache, run, say }) {
      const shared = cache.path('shared')
      const work = cache.path('work', name)
      await run('mkdir', ['-p', work, shared])
      const context = { work, shared, run, say }
      const archive = await debianArchive(context)
      const below = await debianMinbase(context)
      const home = await sharedDirectory(join(archive.directory, name), async (unfinished) => {
        await extendDebianRoot(context, below, { home: unfinished, packages: [...installed[name]] })
        await run('rm', [join(unfinished, 'layer.tar')])
      })
      return join(home, 'root')
    },
  }
}

/** The root of a Debian 12, installed from Debian's packages into the cache of the sealed toolchain where it lacks it. Nobody may write into it. */
export async function debianDirectory(
  name: keyof typeof installed,
  onProgress: (event: StepEvent) => void,
): Promise<string> {
  const [cache, step] = [locateCache(), installedDebian(name)]
  return withSetUpLock(
    cache,
    undefined,
    () => undefined,
    async (signal) => (await runSteps([step], { cache, onProgress, signal }))(step),
  )
}
