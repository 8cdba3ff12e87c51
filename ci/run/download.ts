import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { lastLines } from '../../src/engine/run-tool.ts'
import { ownSurroundings } from '../own-surroundings.mjs'

/** How long a download waits, in seconds, and how many bytes it takes. */
export interface DownloadLimits {
  /** Until the other side has answered, its certificate with it. */
  connect: number
  /** With less than a thousand bytes a second. */
  stall: number
  /** For all of it: one who sends just enough not to stall would go on for days. */
  whole: number
  most: number
}

const always =
  '--fail --location --max-redirs 5 --proto =https --proto-redir =https --silent --show-error --speed-limit 1000'.split(
    ' ',
  )

const usual: DownloadLimits = { connect: 20, stall: 60, whole: 900, most: 500_000_000 }

/**
 * Fetches a file over HTTPS, and over nothing else wherever it is redirected to. By curl, which is set up for the proxies and authorities of its machine; Node asks nobody about them.
 * Throws an Error with what was said where it does not come, stalls, takes too long or has no end.
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
  // Written as it comes: older versions of curl take what does not say its length without end.
  const written = await pipeline(curl.stdout, atMost(most), createWriteStream(path)).catch((error: unknown) => error)
  const ended = await curl
  if (ended.code === 'ENOENT') throw new Error('curl is needed for it and is not installed')
  if (written instanceof TooLarge) throw written
  if (ended.exitCode !== 0)
    throw new Error(
      lastLines(Buffer.from(ended.stderr).toString('utf8'), 1) || `curl ended with exit code ${ended.exitCode}`,
    )
  if (written !== undefined) throw written
}

class TooLarge extends Error {}

function atMost(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length
      if (bytes > most) done(new TooLarge(`more than ${most} bytes came`))
      else done(undefined, piece)
    },
  })
}
