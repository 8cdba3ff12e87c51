import type { Directory } from '@dagger.io/dagger'
import { z } from 'zod'
import { readText } from '../../engine/read-text.ts'
import { DeliveryError } from '../../model/errors.ts'
import { limits } from '../../model/limits.ts'
import { describeFault, parseJson, readDocument, type JsonFault } from '../../model/read-json.ts'
import { BaseLock, Lock, type PinnedTool } from '../../model/index.ts'

/** Where an application's lock file lies, beside its Dockerfile. */
export const lockName = 'loadline.lock.json'

const again = 'Write it again with "loadline lock"; it is not meant to be edited by hand.'

/** Reads the lock file that an application commits. Throws `LOCK` where it is not valid, or names more than bases: what judges an application is not the application's to say. */
export function parseBaseLock(text: string, path: string): BaseLock {
  if (outline(text, path).tools !== undefined)
    throw new DeliveryError(
      'LOCK',
      `${path} names tools, and an application pins its bases only: the tools that judge it come with Loadline's release`,
      again,
    )
  return parseAs(BaseLock, text, path)
}

/** Reads the lock file of a sealed toolchain. Throws `LOCK` where it is none. */
export function parseSealedLock(text: string, path: string): Lock {
  const lock = parseAs(Lock, text, path)
  if (lock.mode === 'sealed') return lock
  throw new DeliveryError('LOCK', `${path} is not the lock file of a sealed toolchain (mode: ${lock.mode})`, again)
}

/** Reads a lock file that whoever calls has named: an application's, or that of a sealed toolchain elsewhere. Throws `LOCK`. */
export function parseGivenLock(text: string, path: string, tools: Record<string, PinnedTool>): Lock {
  return outline(text, path).mode === 'sealed'
    ? parseSealedLock(text, path)
    : connectedLock(tools, parseBaseLock(text, path))
}

/** What is pinned on a connected network. Without a lock file every base is resolved once in the run, and the evidence says that nobody pinned it. */
export function connectedLock(tools: Record<string, PinnedTool>, own?: BaseLock): Lock {
  return { schemaVersion: 1, mode: 'connected', tools, bases: own?.bases ?? [] }
}

/** The lock file of a source directory, if it has one. Throws `LOCK` where it is not valid. */
export async function readBaseLock(directory: Directory): Promise<BaseLock | undefined> {
  const text = await readText(directory, lockName, limits.written, 'LOCK')
  return text === undefined ? undefined : parseBaseLock(text, lockName)
}

const Outline = z.looseObject({ mode: z.unknown(), tools: z.unknown() }).partial()

/** What tells one kind of lock file from another, whatever else is wrong with it. */
function outline(text: string, path: string): z.infer<typeof Outline> {
  return Outline.safeParse(parseJson(text, (fault) => faultOf(path, describeFault(fault), fault))).data ?? {}
}

function parseAs<T extends z.ZodType>(schema: T, text: string, path: string): z.infer<T> {
  return readDocument(text, schema, (found, fault) => faultOf(path, found, fault))
}

function faultOf(path: string, found: string, { kind, detail }: JsonFault): DeliveryError {
  return new DeliveryError('LOCK', kind === 'form' ? `${path}: ${detail}` : `${path} is ${found}`, again)
}
