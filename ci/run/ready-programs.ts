import { basename, join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { digestOf, type Digest, type Lock } from '../../src/model/index.ts'
import { compiledReference, compilePrograms, programsSource, releasedPrograms } from '../../src/engine/own-programs.ts'
import { enginePlatform } from '../../src/engine/engine-platform.ts'
import { supportImage, type Pinned } from '../../src/engine/tool-image.ts'
import { cacheDirectory } from './cache-directory.ts'
import { keepFile, lookAtKept } from './kept-file.ts'

/**
 * Provides Loadline's own programs before a run needs them: the release's by digest; if those are unavailable, they are
 * compiled once by a pinned compiler and cached on this machine, where they are checked again before each use. Must be
 * called within a session.
 */
export async function readyPrograms(lock: Lock, say: (line: string) => void): Promise<Pinned> {
  if (lock.mode === 'sealed') return lock
  const released = await releasedPrograms(lock)
  if (!('missing' in released)) return { ...lock, programs: released }
  const { container: compiler, pinned } = await supportImage(lock, 'goCompiler')
  const reference = compiledReference(pinned.reference)
  const platform = await enginePlatform()
  const kept = join(
    cacheDirectory(),
    'programs',
    `${platform.replaceAll('/', '-')}-${digestOf(`${programsSource()} ${pinned.digest}`).slice(7, 23)}.tar`,
  )
  const before = await lookAtKept(kept)
  if ('digest' in before) return withPrograms(lock, { kept, reference, digest: before.digest })
  say(
    before.fault === 'missing'
      ? `${released.missing}: compiling them, once, which takes a few minutes ...`
      : `Loadline's cached programs have changed since they were compiled; compiling them again, which takes a few minutes: ${kept}`,
  )
  const started = Date.now()
  const archive = (await compilePrograms(compiler)).asTarball()
  const digest = await keepFile(kept, (path) => archive.export(path))
  say(`Loadline's own programs are compiled and cached (${Math.round((Date.now() - started) / 1_000)} s): ${kept}`)
  return withPrograms(lock, { kept, reference, digest })
}

/** The report names the archive's digest together with its source. */
function withPrograms(
  lock: Lock,
  { kept, reference, digest }: { kept: string; reference: string; digest: Digest },
): Pinned {
  const container = dag.container().import_(dag.host().file(kept))
  return { ...lock, programs: { container, reference: `${reference}, kept as ${basename(kept)}@${digest}` } }
}
