import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { lastLines } from '../../src/engine/run-tool.ts'
import { ownSurroundings } from '../own-surroundings.mjs'

/** Limits of a download: waiting times in seconds, and its size in bytes. */
export interface DownloadLimits {
  /** To connect, including the TLS handshake. */
  connect: number
  /** At less than a thousand bytes per second. */
  stall: number
  /** In total: a server that sends just enough not to stall could go on for days. */
  whole: number
  most: number
}

const always =
  '--fail --location --max-redirs 5 --proto =https --proto-redir =https --silent --show-error --speed-limit 1000'.split(
    ' ',
  )

const usual: DownloadLimits = { connect: 20, stall: 60, whole: 900, most: 500_000_000 }

/**
 * Fetches a file over HTTPS only, redirects included. With curl, which is configured for the machine's proxies and
 * authorities; Node does not look at those. Throws an Error with curl's message if the download fails, stalls, takes
 * too long or is too large.
 */
export async function download(url: string, path: string, limits: Partial<DownloadLimits> = {}): Promise<void> {
  const { connect, stall, whole, most } = { ...usual, ...limits }
  const curl = execa(
    'curl',
    [
      ...always,
      ...Object.entries({
        '--connect-timeout': connect,
        '--speed-time': stall,
        '--max-time': whole,
        '--max-filesize': most,
      }).flatMap(([option, value]) => [option, `${value}`]),
      '--',
      url,
    ],
    { ...ownSurroundings(), reject: false, stdin: 'ignore', buffer: { stdout: false }, encoding: 'buffer' },
  )
  // Streamed, to enforce the limit: older versions of curl read a response without a length indefinitely.
  const written = await pipeline(curl.stdout, atMost(most), createWriteStream(path)).catch((error: unknown) => error)
  const ended = await curl
  if (ended.code === 'ENOENT') throw new Error('curl is required but not installed')
  if (written instanceof TooLarge) throw written
  if (ended.exitCode !== 0)
    throw new Error(
      lastLines(Buffer.from(ended.stderr).toString('utf8'), 1) || `curl exited with code ${ended.exitCode}`,
    )
  if (written !== undefined) throw written
}

class TooLarge extends Error {}

function atMost(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length
      if (bytes > most) done(new TooLarge(`expected at most ${most} bytes, found more`))
      else done(undefined, piece)
    },
  })
}
