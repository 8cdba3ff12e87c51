import type { Directory } from '@dagger.io/dagger'
import { z } from 'zod'
import { readText } from '../../engine/read-text.ts'
import { DeliveryError } from '../../model/errors.ts'
import { limits } from '../../model/limits.ts'
import { describeFault, parseJson, readDocument, type JsonFault } from '../../model/read-json.ts'
import { BaseLock, Lock, type PinnedTool } from '../../model/index.ts'

/** An application's lock file, beside its Dockerfile. */
export const lockName = 'loadline.lock.json'

const again = 'Regenerate it with "loadline lock"; do not edit it by hand.'

/**
 * Reads the lock file that an application commits. Throws `LOCK` if it is not valid, or names more than bases: an
 * application must not choose the tools that judge it.
 */
export function parseBaseLock(text: string, path: string): BaseLock {
  if (outline(text, path).tools !== undefined)
    throw new DeliveryError(
      'LOCK',
      `expected only bases in ${path}, found tools: the tools that judge an application come with Loadline's release`,
      again,
    )
  return parseAs(BaseLock, text, path)
}

/** Reads the lock file of a sealed toolchain. Throws `LOCK` if it is not one. */
export function parseSealedLock(text: string, path: string): Lock {
  const lock = parseAs(Lock, text, path)
  if (lock.mode === 'sealed') return lock
  throw new DeliveryError('LOCK', `${path} is not the lock file of a sealed toolchain (mode: ${lock.mode})`, again)
}

/** Reads a lock file that the caller names: an application's, or that of a sealed toolchain elsewhere. Throws `LOCK`. */
export function parseGivenLock(text: string, path: string, tools: Record<string, PinnedTool>): Lock {
  return outline(text, path).mode === 'sealed'
    ? parseSealedLock(text, path)
    : connectedLock(tools, parseBaseLock(text, path))
}

/**
 * The pins on a connected network. Without a lock file the run resolves every base once, and the evidence says that it was not pinned.
 */
export function connectedLock(tools: Record<string, PinnedTool>, own?: BaseLock): Lock {
  return { schemaVersion: 1, mode: 'connected', tools, bases: own?.bases ?? [] }
}

/** The lock file of a source directory, if it has one. Throws `LOCK` if it is not valid. */
export async function readBaseLock(directory: Directory): Promise<BaseLock | undefined> {
  const text = await readText(directory, lockName, limits.written, 'LOCK')
  return text === undefined ? undefined : parseBaseLock(text, lockName)
}

const Outline = z.looseObject({ mode: z.unknown(), tools: z.unknown() }).partial()

/** What distinguishes the kinds of lock file, whatever else is wrong with them. */
function outline(text: string, path: string): z.infer<typeof Outline> {
  return Outline.safeParse(parseJson(text, (fault) => faultOf(path, describeFault(fault), fault))).data ?? {}
}

function parseAs<T extends z.ZodType>(schema: T, text: string, path: string): z.infer<T> {
  return readDocument(text, schema, (found, fault) => faultOf(path, found, fault))
}

function faultOf(path: string, found: string, { kind, detail }: JsonFault): DeliveryError {
  return new DeliveryError('LOCK', kind === 'form' ? `${path}: ${detail}` : `${path} is ${found}`, again)
}
