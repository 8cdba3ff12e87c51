import { basename, join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { digestOf, type Digest, type Lock } from '../../src/model/index.ts'
import { compiledReference, compilePrograms, programsSource, releasedPrograms } from '../../src/engine/own-programs.ts'
import { enginePlatform } from '../../src/engine/engine-platform.ts'
import { supportImage, type Pinned } from '../../src/engine/tool-image.ts'
import { cacheDirectory } from './cache-directory.ts'
import { keepFile, lookAtKept } from './kept-file.ts'

/**
 * Makes Loadline's own programs ready before a run needs them: those of the release by digest; where they cannot be had, they are compiled once by a pinned compiler
 * and kept on this machine, where they are looked at again before each use. To be called within a session.
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
      ? `${released.missing}: they are compiled once, which takes some minutes ...`
      : `the own programs that were kept have changed since, and are compiled anew, which takes some minutes: ${kept}`,
  )
  const started = Date.now()
  const archive = (await compilePrograms(compiler)).asTarball()
  const digest = await keepFile(kept, (path) => archive.export(path))
  say(`Loadline's own programs are compiled and kept (${Math.round((Date.now() - started) / 1_000)} s): ${kept}`)
  return withPrograms(lock, { kept, reference, digest })
}

/** The report names the archive by its digest, beside what it was made from. */
function withPrograms(
  lock: Lock,
  { kept, reference, digest }: { kept: string; reference: string; digest: Digest },
): Pinned {
  const container = dag.container().import_(dag.host().file(kept))
  return { ...lock, programs: { container, reference: `${reference}, kept as ${basename(kept)}@${digest}` } }
}
