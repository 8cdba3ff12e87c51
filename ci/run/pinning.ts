import { join } from 'node:path'
import type { Lock } from '../../src/model/index.ts'
import {
  connectedLock,
  lockName,
  parseBaseLock,
  parseGivenLock,
  parseSealedLock,
} from '../../src/stages/source/read-lock.ts'
import { pinnedTools } from '../../src/tools/pins.ts'
import type { Engine } from './choose-engine.ts'
import { givenPins } from './given-pins.ts'
import { kindOfGiven, readGiven } from './files/given-file.ts'

/** The pins, once the engine is known. */
export type Pinning = (engine: Pick<Engine, 'lockFile'>) => Promise<Lock>

/**
 * Reads a run's pins, before looking for an engine: the tools from Loadline's release, or from an organisation's file;
 * the bases from the source's lock file, if it has one. On a sealed engine its own lock file applies to both: no other
 * digests are available there. Throws `LOCK`.
 */
export async function readPinning(
  given: { lock?: string; tools?: string },
  source: string | undefined,
): Promise<Pinning> {
  const connected = await readConnected(given, source === undefined ? undefined : join(source, lockName))
  return async ({ lockFile }) =>
    lockFile === undefined
      ? connected
      : parseSealedLock(await readGiven({ path: lockFile, what: 'lock', code: 'LOCK' }), lockFile)
}

/** A run's pins on a connected network: files that the call names, and the source's own lock file at the path `own`, if present. */
export async function readConnected(
  { lock, tools }: { lock?: string | undefined; tools?: string | undefined },
  own: string | undefined,
): Promise<Lock> {
  const pinned = pinnedTools(await givenPins(tools))
  if (lock !== undefined)
    return parseGivenLock(await readGiven({ path: lock, what: 'lock', code: 'LOCK' }), lock, pinned)
  return connectedLock(
    pinned,
    own !== undefined && (await kindOfGiven({ path: own, what: 'lock file', code: 'LOCK' })) !== undefined
      ? parseBaseLock(await readGiven({ path: own, what: 'lock', code: 'LOCK' }), own)
      : undefined,
  )
}
