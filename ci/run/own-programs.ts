import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { digestOf, type Lock } from '../../src/model/index.ts'
import { compiledReference, compilePrograms, programsSource, releasedPrograms } from '../../src/engine/own-programs.ts'
import { enginePlatform } from '../../src/engine/engine-platform.ts'
import { supportImage, type Pinned } from '../../src/engine/tool-image.ts'
import { cacheDirectory } from './cache-directory.ts'

/**
 * Makes Loadline's own programs ready before a run needs them: those of the release by digest; where they cannot be had, they are compiled once by a pinned compiler
 * and kept on this machine. To be called within a session.
 */
export async function readyPrograms(lock: Lock, say: (line: string) => void): Promise<Pinned> {
  if (lock.mode === 'sealed') return lock
  const released = await releasedPrograms(lock)
  if (!('missing' in released)) return { ...lock, programs: released }
  const { container: compiler, pinned } = supportImage(lock, 'goCompiler')
  const reference = compiledReference(pinned.reference)
  const platform = await enginePlatform()
  const kept = join(
    cacheDirectory(),
    'programs',
    `${platform.replaceAll('/', '-')}-${digestOf(`${programsSource()} ${pinned.digest}`).slice(7, 23)}.tar`,
  )
  if (!existsSync(kept)) {
    say(`${released.missing}: they are compiled once, which takes some minutes ...`)
    const started = Date.now()
    await keep((await compilePrograms(compiler)).asTarball(), kept)
    say(`Loadline's own programs are compiled and kept (${Math.round((Date.now() - started) / 1_000)} s): ${kept}`)
  }
  return { ...lock, programs: { container: dag.container().import_(dag.host().file(kept)), reference } }
}

/** A file that was not written whole never has its name. */
async function keep(archive: ReturnType<ReturnType<typeof dag.container>['asTarball']>, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  try {
    await archive.export(unfinished)
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true })
  }
}
