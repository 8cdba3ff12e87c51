import { readFileSync } from 'node:fs'
import { dag } from '@dagger.io/dagger'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { reachRegistry } from '../../ci/run/reach-registry.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { withSession } from '../../ci/run/session.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { carefulScript } from './careful-script.ts'

/** What one run of the script is given. Paths are absolute. */
export interface ScriptRun {
  application: string
  reference: string
  key: string
  publicKey: string
  crane: string
  /** See careful-script.ts. */
  thorough: boolean
}

/** The script as a process of its own: `node script.mjs RUN`, bundled as Loadline is. Prints its steps as JSON. */
const run = JSON.parse(process.argv[2] ?? '') as ScriptRun
const engine = await findEngine({ say: () => undefined })
if (engine.lockFile === undefined) throw new Error('the benchmark needs the lock file of a sealed engine')
const lock = parseSealedLock(readFileSync(engine.lockFile, 'utf8'), engine.lockFile)
await withTemporaryLog((log) =>
  withSession(engine, log, async () => {
    const steps = await carefulScript({
      directory: dag.host().directory(run.application),
      target: await reachRegistry(run.reference, {}),
      key: dag.setSecret('bench-key', readFileSync(run.key, 'utf8')),
      publicKey: readFileSync(run.publicKey, 'utf8'),
      lock,
      crane: run.crane,
      thorough: run.thorough,
    })
    process.stdout.write(JSON.stringify(steps))
  }),
)
