import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connection, dag } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import { ownSurroundings } from '../own-surroundings.mjs'
import { firstLine } from '../../src/engine/run-tool.ts'
import type { Engine } from './choose-engine.ts'
import { requireEngineVersion } from './engine-answers.ts'
import { sessionLog } from './session-log.ts'

/**
 * Opens the process's one session with an engine, does the work in it and closes it. The engine's own log goes to a
 * file. Throws `ENGINE` if no engine answers.
 */
export async function withSession<T>(engine: Engine, logFile: string, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env }
  const { cwd, env } = sessionSurroundings(engine.env, before)
  const log = sessionLog(logFile)
  const cli = programToCome(engine.cli)
  become(env)
  let outcome: { value: T } | { error: unknown } | undefined
  let stop: (() => void) | undefined
  try {
    await connection(
      async () => {
        become(before)
        cli.stopLooking()
        stop = engine.whenLost?.(() => cli.kill())
        try {
          // Addresses that could not be checked before are checked here.
          requireEngineVersion(await dag.version(), process.env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? 'the engine')
          outcome = { value: await work() }
        } catch (error) {
          outcome = { error }
        }
      },
      { LogOutput: log.stream, Workdir: cwd },
    )
  } catch (error) {
    if (outcome === undefined) {
      throw new DeliveryError(
        'ENGINE',
        `no Dagger engine answers at ${env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? 'the container runtime'} (${firstLine(error)})`,
        'Start one with "loadline engine up", or correct the address.',
        { cause: error },
      )
    }
  } finally {
    cli.stopLooking()
    await log.whole()
    stop?.()
    become(before)
  }
  if (outcome === undefined)
    throw new DeliveryError(
      'ENGINE',
      'the session with the engine ended before the work started',
      'Run "loadline engine status".',
    )
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

/**
 * The environment of a session's Dagger CLI. A build step can make the engine ask this CLI for credentials: so it has
 * no git configuration, hence no helper, and no agent with SSH keys, unless the engine itself is reached by SSH. The
 * Docker client's logins stay: they give access to private bases.
 */
export function sessionSurroundings(
  engine: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof ownSurroundings> {
  const { SSH_AUTH_SOCK: agent, ...others } = env
  const address = engine['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? ''
  return ownSurroundings(
    {
      ...engine,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...(agent !== undefined && address.startsWith('ssh://') ? { SSH_AUTH_SOCK: agent } : {}),
    },
    others,
  )
}

/** A program that somebody else's code in this process is about to start, and keeps to itself. */
function programToCome(path: string) {
  const seen: ChildProcess[] = []
  const see = (message: unknown) => void seen.push((message as { process: ChildProcess }).process)
  subscribe('child_process', see)
  return {
    /** What is started from now on is another one. */
    stopLooking: () => void unsubscribe('child_process', see),
    kill() {
      const program = seen.find(({ spawnfile }) => spawnfile === path)
      // Execa's programs are promises too. Nobody waits for this one, and its rejection would end this process before it has said what failed.
      ;(program as Partial<Promise<unknown>> | undefined)?.catch?.(() => undefined)
      program?.kill('SIGKILL')
    },
  }
}

/** The SDK always starts the CLI with this process's environment, which is therefore changed for the duration. */
function become(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value
}
