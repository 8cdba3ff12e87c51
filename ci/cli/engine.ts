import { dag } from '@dagger.io/dagger'
import {
  findRuntime,
  listEngines,
  removeEngines,
  removeEngineVolumes,
  type ContainerRuntime,
} from '../run/container-runtime.ts'
import { findEngine, sealed } from '../run/choose-engine.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { command, commandGroup } from './command.ts'
import { toggle } from './flag.ts'

const up = command({
  more: `Example:
  eval "$(loadline engine up | grep ^export)"`,
  run: engineUp,
})

export const make = commandGroup([
  ['up', 'find or start an engine, and print how to connect to it', up],
  [
    'status',
    'show what is running',
    command<{ json: boolean }>({ flags: { json: toggle('print it as JSON') }, run: engineStatus }),
  ],
  ['down', "stop Loadline's engines; caches are kept", command({ run: engineDown })],
  ['clean', "stop Loadline's engines, and remove their caches", command({ run: engineClean })],
])

const say = (line: string) => void process.stderr.write(`${line}\n`)

/** `loadline engine up`: finds or starts an engine, asks for its version, and says how to connect to it. */
async function engineUp(): Promise<number> {
  const engine = await findEngine({ say, module: true })
  const version = await withTemporaryLog((log) => withSession(engine, log, () => dag.version()))
  process.stdout.write(`engine: ${engine.way}, ${version}\n`)
  for (const [name, value] of Object.entries(engine.env)) process.stdout.write(`export ${name}=${quoted(value)}\n`)
  return 0
}

/** A container's address has characters that shells interpret. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

/** The container runtime, if one answers. */
async function usableRuntime(): Promise<ContainerRuntime | undefined> {
  const runtime = await findRuntime()
  return runtime === undefined || 'why' in runtime ? undefined : runtime
}

/** `loadline engine status`: lists Loadline's engines. Exit code 0 if one is running, 3 if none is. */
async function engineStatus({ json }: { json: boolean }): Promise<number> {
  const runtime = await usableRuntime()
  const containers = runtime === undefined ? [] : await listEngines(runtime)
  const toolchain = await (await sealed({ say })).status()
  const runs = toolchain.engine !== undefined || containers.some(({ stands }) => !stands)
  if (json) {
    process.stdout.write(`${JSON.stringify({ runtime, containers, sealed: toolchain }, null, 2)}\n`)
    return runs ? 0 : 3
  }
  const rows = containers.map(({ name, state }) => [runtime?.command, `${name}: ${state}`])
  if (toolchain.complete || toolchain.engine !== undefined || runtime === undefined)
    rows.push(
      ['cache', toolchain.cacheDirectory],
      ['set-up', toolchain.complete ? 'complete' : 'not complete'],
      [
        'engine',
        toolchain.engine === undefined
          ? 'not running'
          : `${toolchain.engine.version} at ${toolchain.engine.runnerHost} (process ${toolchain.engine.pid})`,
      ],
      [
        'registry',
        toolchain.registry === undefined ? 'not running' : `${toolchain.registry.host}:${toolchain.registry.port}`,
      ],
      ['lock file', toolchain.lockFile ?? 'none'],
    )
  if (rows.length === 0)
    rows.push([runtime?.command ?? 'engine', 'Loadline has no engine here; the next run starts one'])
  process.stdout.write(rows.map(([name = '', value = '']) => `${name.padEnd(10)} ${value}\n`).join(''))
  return runs ? 0 : 3
}

/** `loadline engine down`: stops Loadline's engines and the sealed registry; caches are kept. */
async function engineDown(): Promise<number> {
  const runtime = await usableRuntime()
  for (const name of runtime === undefined ? [] : await removeEngines(runtime)) say(`${name} stopped`)
  await (await sealed({ say })).down()
  return 0
}

/** `loadline engine clean`: stops everything, and removes the cache directory and the engines' caches. */
async function engineClean(): Promise<number> {
  const runtime = await usableRuntime()
  if (runtime !== undefined) {
    await removeEngines(runtime)
    await removeEngineVolumes(runtime)
  }
  const { locateCache } = await import('../../toolchain/cache.ts')
  const { stopSigstore } = await import('../../toolchain/sigstore/instance.ts')
  await stopSigstore(locateCache().path('sigstore'))
  await (await sealed({ say })).clean()
  return 0
}
