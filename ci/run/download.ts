import { writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { lastLines } from '../../src/engine/run-tool.ts'

/**
 * Fetches a file over HTTPS. By curl, where it is there: it is set up for the proxies and authorities of its machine, which Node asks nobody about.
 * Throws an Error with what was said where it does not come.
 */
export async function download(url: string, path: string): Promise<void> {
  const ended = await execa(
    'curl',
    ['--fail', '--location', '--silent', '--show-error', '--proto', '=https', '--retry', '2', '--output', path, url],
    { ...ownSurroundings(), reject: false, stdin: 'ignore' },
  )
  if (ended.exitCode === 0) return
  if (ended.code !== 'ENOENT')
    throw new Error(lastLines(ended.stderr, 1) || `curl ended with exit code ${ended.exitCode}`)
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status} ${answer.statusText}`)
  await writeFile(path, Buffer.from(await answer.arrayBuffer()))
}
