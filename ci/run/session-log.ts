import { createWriteStream } from 'node:fs'
import { openNew } from './files/write-files.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/**
 * The file that the Dagger CLI's output is piped into. The SDK asks the CLI to exit and does not wait for it; what the
 * CLI prints then, some hundred kilobytes after a long session, must still be read: otherwise the CLI would block
 * forever, and this process with it. So the file is closed not here but at the end of that output.
 */
export function sessionLog(path: string): { stream: Writable; whole(): Promise<void> } {
  const stream = createWriteStream(path, { fd: openNew(path) })
  let output: Readable | undefined
  stream.on('pipe', (source: Readable) => (output = source))
  stream.on('error', () => output?.resume())
  return {
    stream,
    async whole() {
      if (output === undefined) stream.end()
      await finished(stream).catch(() => undefined)
    },
  }
}

/** Does work whose session has a temporary log; `work` gets its path. */
export async function withTemporaryLog<T>(work: (logFile: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'loadline-session-'))
  try {
    return await work(join(directory, 'engine.log'))
  } finally {
    await rm(directory, { recursive: true })
  }
}
