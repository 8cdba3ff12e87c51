import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { withSession } from '../../ci/run/session.ts'
import type { Lock } from '../../src/model/index.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { scratch } from './command-line.ts'

/** Warns of everything and denies nothing but missing evidence, so that a test sees what it looks for and the exit code says whether all could be decided. */
export const advisory = 'version: 1\nextends: advisory\ndatabase: {accept: [example, given], maximumAge: 36500d}\n'

/** The smallest base that there is, which has an operating system and no shell. */
export const base = 'gcr.io/distroless/static-debian12:nonroot'

/** A source directory of its own. */
export function application(files: Record<string, string>): string {
  const directory = scratch()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

/** Works with the engine in this process, as the stages do. */
export async function onEngine<T>(work: (lock: Lock) => Promise<T>): Promise<T> {
  const engine = await findEngine({ say: () => undefined })
  if (engine.lockFile === undefined) throw new Error('the tests need the lock file of the engine')
  const lock = parseSealedLock(readFileSync(engine.lockFile, 'utf8'), engine.lockFile)
  return withTemporaryLog((logFile) => withSession(engine, logFile, () => work(lock)))
}
