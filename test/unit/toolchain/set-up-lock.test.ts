import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { locateCache, type Cache } from '../../../toolchain/cache.ts'
import { withSetUpLock } from '../../../toolchain/set-up-lock.ts'

let cache: Cache
beforeEach(async () => {
  cache = locateCache({ LOADLINE_CACHE: await mkdtemp(join(tmpdir(), 'lock-')) })
})
afterEach(async () => {
  await rm(cache.root, { recursive: true, force: true })
})

test('the second waits for the first and says for whom', async () => {
  const order: string[] = []
  const said: string[] = []
  const first = withSetUpLock(
    cache,
    undefined,
    () => undefined,
    async () => {
      await sleep(400)
      order.push('first')
    },
  )
  await sleep(100)
  const second = withSetUpLock(
    cache,
    undefined,
    (line) => said.push(line),
    async () => {
      order.push('second')
    },
  )
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second'])
  expect(said).toEqual([`another Loadline (process ${process.pid}) is setting up the same cache; waiting for it`])
})

test('the lock is free again after a failure', async () => {
  await expect(
    withSetUpLock(
      cache,
      undefined,
      () => undefined,
      () => Promise.reject(new Error('broken')),
    ),
  ).rejects.toThrow('broken')
  expect(
    await withSetUpLock(
      cache,
      undefined,
      () => undefined,
      async () => 'fine',
    ),
  ).toBe('fine')
})

test('the lock of a killed process is taken over within seconds', async () => {
  const dead = spawn('true')
  await once(dead, 'exit')
  await mkdir(cache.path('set-up.lock'))
  const ago = new Date(Date.now() - 3_000)
  await utimes(cache.path('set-up.lock'), ago, ago)
  await writeFile(cache.path('set-up.holder.json'), JSON.stringify({ pid: dead.pid, startTime: '1' }))
  const started = performance.now()
  expect(
    await withSetUpLock(
      cache,
      undefined,
      () => undefined,
      async () => 'mine',
    ),
  ).toBe('mine')
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('a wait can be stopped', async () => {
  const stop = new AbortController()
  const first = withSetUpLock(
    cache,
    undefined,
    () => undefined,
    () => sleep(600),
  )
  await sleep(50)
  const second = withSetUpLock(
    cache,
    stop.signal,
    () => undefined,
    async () => undefined,
  )
  setTimeout(() => stop.abort(), 50)
  await expect(second).rejects.toThrow()
  await first
})
