import { findEngine, sealed } from '../run/engine.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { stopSigstore } from '../../toolchain/sigstore/instance.ts'
import { command, commandGroup } from './command.ts'
import { toggle } from './flag.ts'

const up = command({
  more: `Example:
  eval "$(loadline engine up | grep ^export)"`,
  run: engineUp,
})

export const make = commandGroup([
  ['up', 'find or start an engine, and print how to reach it', up],
  [
    'status',
    'say what is there',
    command<{ json: boolean }>({ flags: { json: toggle('print it as JSON') }, run: engineStatus }),
  ],
  ['down', 'stop the sealed engine and its registry; caches stay', command({ run: engineDown })],
  ['clean', 'stop all and remove the cache directory', command({ run: engineClean })],
])

const say = (line: string) => void process.stderr.write(`${line}\n`)

/** `loadline engine up`: finds or starts an engine and says how to reach it. */
async function engineUp(): Promise<number> {
  const engine = await findEngine({ say })
  process.stdout.write(`engine: ${engine.way}\n`)
  for (const [name, value] of Object.entries(engine.env)) process.stdout.write(`export ${name}=${value}\n`)
  return 0
}

/** `loadline engine status`: what of the sealed toolchain is there. Exit code 0 where its engine runs, 3 where not. */
async function engineStatus({ json }: { json: boolean }): Promise<number> {
  const status = await (await sealed({ say })).status()
  if (json) {
    process.stdout.write(`${JSON.stringify(status, null, 2)}\n`)
    return status.engine === undefined ? 3 : 0
  }
  const rows = [
    ['cache', status.cacheDirectory],
    ['set-up', status.complete ? 'complete' : 'not complete'],
    [
      'engine',
      status.engine === undefined
        ? 'not running'
        : `${status.engine.version} at ${status.engine.runnerHost} (process ${status.engine.pid})`,
    ],
    ['registry', status.registry === undefined ? 'not running' : `${status.registry.host}:${status.registry.port}`],
    ['lock file', status.lockFile ?? 'none'],
  ]
  process.stdout.write(rows.map(([name = '', value = '']) => `${name.padEnd(10)} ${value}\n`).join(''))
  return status.engine === undefined ? 3 : 0
}

/** `loadline engine down`: stops the sealed engine and registry; caches stay. */
async function engineDown(): Promise<number> {
  await (await sealed({ say })).down()
  return 0
}

/** `loadline engine clean`: stops all and removes the cache directory. */
async function engineClean(): Promise<number> {
  await stopSigstore(locateCache().path('sigstore'))
  await (await sealed({ say })).clean()
  return 0
}
