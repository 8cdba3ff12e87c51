import { resolve } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import { Lock } from '../../src/model/index.ts'
import { readSource } from '../../src/stages/source/source.ts'
import { provisionalLock, resolveLock } from '../../src/engine/resolve-lock.ts'
import { requireDirectory } from '../run/deliver-source.ts'
import { findEngine } from '../run/engine.ts'
import { fileError } from '../run/files/given-file.ts'
import { FileFault, noteApplication } from '../run/files/physical-path.ts'
import { limits, readBelow } from '../run/files/read-file.ts'
import { writeFiles } from '../run/files/write-files.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'
import { engineFlags } from './option-groups.ts'

interface LockOptions {
  engine?: string
  json: boolean
}

const lockName = 'loadline.lock.json'

/** `loadline lock SOURCE`: writes SOURCE/loadline.lock.json. Only a network that reaches the publishers' registries can do it. */
export const make = command<LockOptions, [source: string]>({
  operands: [{ spelling: '<source>', description: 'directory with a Dockerfile' }],
  flags: { engine: engineFlags.engine, json: toggle('print the lock on standard output instead of what changed') },
  more: `Example:
  loadline lock services/orders`,
  run: lock,
})

async function lock(options: LockOptions, source: string): Promise<number> {
  const engine = await findEngine({ say: (line) => void process.stderr.write(`${line}\n`), address: options.engine })
  if (engine.lockFile !== undefined) {
    throw new DeliveryError(
      'LOCK',
      "a lock file holds the digests of the publishers' own images, and this engine serves stand-ins for them",
      'Run "loadline lock" where the container registries can be reached. Here the sealed toolchain keeps its own lock file.',
    )
  }
  noteApplication(source)
  await requireDirectory(source)
  const earlier = await earlierLock(source)
  const resolved = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () => {
      const now = new Date()
      const { dockerfile, policy } = await readSource({
        lock: await provisionalLock(['linux/amd64'], now),
        directory: dag.host().directory(resolve(source), { exclude: ['.git'] }),
        buildSecrets: 'any',
        now,
      })
      return resolveLock(
        dockerfile?.reading.platforms.flatMap(({ images }) => images.map(({ reference }) => reference)) ?? [],
        Object.values(policy.runtime.services).map(({ image }) => image),
        policy.build.platforms,
        now,
      )
    }),
  )
  await writeFiles(resolve(source), { [lockName]: `${JSON.stringify(resolved, null, 2)}\n` }, 'the lock file')
  if (options.json) {
    process.stdout.write(`${JSON.stringify(resolved, null, 2)}\n`)
    return 0
  }
  for (const { reference, digest } of [...Object.values(resolved.tools), ...resolved.bases]) {
    const before = [...Object.values(earlier?.tools ?? {}), ...(earlier?.bases ?? [])].find(
      (entry) => entry.reference.split('@')[0] === reference.split('@')[0],
    )?.digest
    process.stdout.write(
      `${before === undefined ? 'new      ' : before === digest ? 'unchanged' : 'changed  '} ${reference.split('@')[0]} ${digest}\n`,
    )
  }
  return 0
}

/** What the lock file says so far; nothing where there is none, or an invalid one. Throws `LOCK` where something else lies in its place. */
async function earlierLock(source: string): Promise<Lock | undefined> {
  try {
    return Lock.safeParse(JSON.parse(String(await readBelow(source, lockName, limits.written)))).data
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof FileFault && error.reason === 'absent')) return undefined
    throw fileError(error, 'LOCK', `the lock file ${lockName} of ${source}`)
  }
}
