import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sessionLog } from '../../../../ci/run/session-log.ts'

/** Says a megabyte when it is asked to end, more than any pipe holds: it ends only when somebody reads. */
const talkative = `process.on('SIGTERM', () => process.stderr.write('x'.repeat(1_000_000), () => process.exit(0))); process.stderr.write('ready'); setInterval(() => {}, 1_000)`

async function endedChild(log: ReturnType<typeof sessionLog>): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', talkative], { stdio: ['ignore', 'ignore', 'pipe'] })
  await once(child.stderr, 'readable')
  child.stderr.pipe(log.stream)
  child.kill('SIGTERM')
  const exit = once(child, 'exit') as Promise<[number | null]>
  await log.whole()
  return (await exit)[0]
}

describe('the log of a session', () => {
  it('has all that a program says after it was asked to end, and lets it end', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'loadline-')), 'engine.log')
    expect(await endedChild(sessionLog(path))).toBe(0)
    expect(statSync(path).size).toBe(1_000_005)
  })

  it('lets a program end where the log cannot be written', async () => {
    const log = sessionLog(join(mkdtempSync(join(tmpdir(), 'loadline-')), 'engine.log'))
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
    const goOn = () => undefined
    process.on('SIGXFSZ', goOn)
    limit('10')
    const exitCode = await endedChild(log).finally(() => limit('unlimited'))
    process.off('SIGXFSZ', goOn)
    expect(exitCode).toBe(0)
  })

  it('ends by itself where nothing was started', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'loadline-')), 'engine.log')
    const log = sessionLog(path)
    log.stream.write('Creating new Engine session... ')
    await log.whole()
    expect(readFileSync(path, 'utf8')).toBe('Creating new Engine session... ')
  })
})
