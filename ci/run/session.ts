import { connection } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import { firstLine } from '../../src/engine/run-tool.ts'
import type { Engine } from './engine.ts'
import { sessionLog } from './session-log.ts'

/** Opens the process's one session with an engine, does the work in it and closes it. The engine's own log goes to a file. Throws `ENGINE` where none answers. */
export async function withSession<T>(engine: Engine, logFile: string, work: () => Promise<T>): Promise<T> {
  Object.assign(process.env, engine.env)
  const log = sessionLog(logFile)
  let outcome: { value: T } | { error: unknown } | undefined
  try {
    await connection(
      async () => {
        try {
          outcome = { value: await work() }
        } catch (error) {
          outcome = { error }
        }
      },
      { LogOutput: log.stream },
    )
  } catch (error) {
    if (outcome === undefined) {
      throw new DeliveryError(
        'ENGINE',
        `no Dagger engine answers at ${process.env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? 'the container runtime'} (${firstLine(error)})`,
        'Start one with "loadline engine up", or correct the address.',
        { cause: error },
      )
    }
  } finally {
    await log.whole()
  }
  if (outcome === undefined)
    throw new DeliveryError(
      'ENGINE',
      'the session with the engine ended before the work began',
      'Run "loadline engine status".',
    )
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
