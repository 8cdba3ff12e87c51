import { basename, join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { digestOf, type Digest, type Lock } from '../../src/model/index.ts'
import { compiledReference, compilePrograms, programsSource, releasedPrograms } from '../../src/engine/own-programs.ts'
import { enginePlatform } from '../../src/engine/engine-platform.ts'
import { pinnedTool, supportImage, type Pinned } from '../../src/engine/tool-image.ts'
import { supportImages } from '../../src/tools/images.ts'
import { cacheDirectory } from './cache-directory.ts'
import { keepFile, lookAtKept } from './kept-file.ts'

/**
 * Provides Loadline's own programs before a run needs them: the release's by digest; if those are unavailable, they are
 * compiled once by a pinned compiler and cached on this machine, where they are checked again before each use. Must be
 * called within a session.
 */
export async function readyPrograms(lock: Lock, say: (line: string) => void): Promise<Pinned> {
  const found = await findPrograms(lock)
  if ('lock' in found) return found.lock
  const { container: compiler } = await supportImage(lock, 'goCompiler')
  say(
    found.fault === 'missing'
      ? `${found.missing}: compiling them, once, which takes a few minutes ...`
      : `Loadline's cached programs have changed since they were compiled; compiling them again, which takes a few minutes: ${found.kept}`,
  )
  const started = Date.now()
  const archive = (await compilePrograms(compiler)).asTarball()
  const digest = await keepFile(found.kept, (path) => archive.export(path))
  say(
    `Loadline's own programs are compiled and cached (${Math.round((Date.now() - started) / 1_000)} s): ${found.kept}`,
  )
  return withPrograms(lock, { ...found, digest })
}

/**
 * Provides Loadline's own programs if nothing has to be compiled for them. Without them the engine compiles the few that
 * are used, one by one: for a command that needs only one of them, such as a verification. Must be called within a session.
 */
export async function foundPrograms(lock: Lock): Promise<Pinned> {
  const found = await findPrograms(lock)
  return 'lock' in found ? found.lock : lock
}

/** The programs of the sealed toolchain, of the release, or of an earlier run on this machine; otherwise why there are none, and where they belong. */
async function findPrograms(
  lock: Lock,
): Promise<{ lock: Pinned } | { missing: string; fault: 'missing' | 'changed'; kept: string; reference: string }> {
  if (lock.mode === 'sealed') return { lock }
  const released = await releasedPrograms(lock)
  if (!('missing' in released)) return { lock: { ...lock, programs: released } }
  const pinned = pinnedTool(lock, supportImages.goCompiler)
  const reference = compiledReference(pinned.reference)
  const platform = await enginePlatform()
  const kept = join(
    cacheDirectory(),
    'programs',
    `${platform.replaceAll('/', '-')}-${digestOf(`${programsSource()} ${pinned.digest}`).slice(7, 23)}.tar`,
  )
  const before = await lookAtKept(kept)
  return 'digest' in before
    ? { lock: withPrograms(lock, { kept, reference, digest: before.digest }) }
    : { missing: released.missing, fault: before.fault, kept, reference }
}

/** The report names the archive's digest together with its source. */
function withPrograms(
  lock: Lock,
  { kept, reference, digest }: { kept: string; reference: string; digest: Digest },
): Pinned {
  const container = dag.container().import_(dag.host().file(kept))
  return { ...lock, programs: { container, reference: `${reference}, kept as ${basename(kept)}@${digest}` } }
}
