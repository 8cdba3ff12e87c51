import { resolve } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../../src/model/errors.ts'
import type { BaseLock } from '../../src/model/index.ts'
import { lockName, parseBaseLock } from '../../src/stages/source/read-lock.ts'
import { readSource } from '../../src/stages/source/source.ts'
import { resolveLock, type ResolvedLock } from '../../src/engine/resolve-lock.ts'
import { requireDirectory } from '../run/deliver-source.ts'
import { findEngine } from '../run/choose-engine.ts'
import { fileError } from '../run/files/given-file.ts'
import { FileFault, noteApplication } from '../run/files/physical-path.ts'
import { limits, readBelow } from '../run/files/read-file.ts'
import { writeFiles } from '../run/files/write-files.ts'
import { readyPrograms } from '../run/ready-programs.ts'
import { readPinning } from '../run/pinning.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'
import { engineFlags } from './option-groups.ts'

interface LockOptions {
  engine?: string
  json: boolean
}

/**
 * `loadline lock SOURCE`: writes SOURCE/loadline.lock.json with the bases of the Dockerfile and the images of the
 * services that a run needs. Only a network that reaches the publishers' registries can do it. Exit code 0, or 3 if
 * something could not be resolved: the rest is still written.
 */
export const make = command<LockOptions, [source: string]>({
  operands: [{ spelling: '<source>', description: 'directory with a Dockerfile' }],
  flags: { engine: engineFlags.engine, json: toggle('print the lock file instead of what changed') },
  more: `Exit codes: 0 everything is resolved; 3 something could not be resolved, and the rest is written.
Example:
  loadline lock services/orders`,
  run: lock,
})

async function lock(options: LockOptions, source: string): Promise<number> {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const engine = await findEngine({ say, withoutCosign: true, address: options.engine })
  if (engine.lockFile !== undefined) {
    throw new DeliveryError(
      'LOCK',
      "a lock file holds the digests of the publishers' own images, but this engine serves substitutes for them",
      'Run "loadline lock" on a network that reaches the container registries. Here the sealed toolchain keeps its own lock file.',
    )
  }
  noteApplication(source)
  await requireDirectory(source)
  const earlier = await earlierLock(source)
  const tools = await (await readPinning({}, undefined))(engine)
  const resolved = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () => {
      const now = new Date()
      const { dockerfile, policy, platforms } = await readSource({
        lock: await readyPrograms(tools, say),
        directory: dag.host().directory(resolve(source), { exclude: ['.git'] }),
        buildSecrets: 'any',
        now,
      })
      const images = dockerfile?.reading.platforms.flatMap((on) => on.images.map(({ reference }) => reference)) ?? []
      const services = Object.values(policy.runtime.services).map(({ image }) => image)
      return resolveLock([...images, ...services], [...platforms], earlier, now)
    }),
  )
  const text = `${JSON.stringify(resolved.lock, null, 2)}\n`
  await writeFiles(resolve(source), { [lockName]: text }, 'the lock file')
  process.stdout.write(options.json ? text : whatChanged(resolved, earlier))
  process.stderr.write(whatIsMissing(resolved))
  return resolved.missed.length === 0 ? 0 : 3
}

function whatChanged({ lock: { bases }, missed }: ResolvedLock, earlier: BaseLock | undefined): string {
  return bases
    .filter(({ reference }) => missed.every((one) => one.reference !== reference))
    .map(({ reference, digest }) => {
      const before = earlier?.bases.find((base) => base.reference === reference)?.digest
      return `${before === undefined ? 'new      ' : before === digest ? 'unchanged' : 'changed  '} ${reference} ${digest}\n`
    })
    .join('')
}

function whatIsMissing({ missed }: ResolvedLock): string {
  return missed
    .map(
      ({ error, kept }) =>
        `not resolved: ${error.message}${kept ? '; the earlier digest is kept' : ''}\n  ${error.hint}\n`,
    )
    .join('')
}

/**
 * The current lock file: one that an older Loadline wrote, or that is damaged, is rewritten. Throws `LOCK` if something
 * else is in its place.
 */
async function earlierLock(source: string): Promise<BaseLock | undefined> {
  try {
    return parseBaseLock(String(await readBelow(source, lockName, limits.written)), lockName)
  } catch (error) {
    if (error instanceof DeliveryError || (error instanceof FileFault && error.reason === 'absent')) return undefined
    throw fileError(error, 'LOCK', `the lock file ${lockName} of ${source}`)
  }
}
