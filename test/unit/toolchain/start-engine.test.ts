import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { locateCache } from '../../../toolchain/cache.ts'
import { refuseSecondEngine } from '../../../toolchain/start-engine.ts'

const cache = locateCache({ LOADLINE_CACHE: '/home/me/.cache/loadline' })
let processes: string
beforeEach(() => {
  processes = mkdtempSync(join(tmpdir(), 'proc-'))
  place('self', { network: 1 })
  place('100', { name: 'node', network: 1 })
})
afterEach(() => rmSync(processes, { recursive: true }))

function place(pid: string, about: { name?: string; network: number; owner?: string }): void {
  mkdirSync(join(processes, pid, 'ns'), { recursive: true })
  symlinkSync(`net:[${about.network}]`, join(processes, pid, 'ns/net'))
  writeFileSync(join(processes, pid, 'comm'), `${about.name ?? 'node'}\n`)
  const owner = about.owner === undefined ? [] : [`LOADLINE_CACHE=${about.owner}`]
  writeFileSync(join(processes, pid, 'environ'), ['PATH=/bin', ...owner, ''].join('\0'))
}

test("this cache's own engine, one in another network and other programs are no reason to refuse", async () => {
  place('101', { name: 'dagger-engine', network: 1, owner: cache.root })
  place('102', { name: 'dagger-engine', network: 2, owner: '/elsewhere' })
  await expect(refuseSecondEngine(cache, processes)).resolves.toBeUndefined()
})

test.each([
  [{ owner: '/elsewhere' }, 'process 103, of the cache /elsewhere', 'Use it by setting LOADLINE_CACHE=/elsewhere'],
  [{}, 'another Dagger engine (process 103) already uses', 'Use it by setting _EXPERIMENTAL_DAGGER_RUNNER_HOST'],
])('another engine in this network is: %j', async (about, found, todo) => {
  place('103', { name: 'dagger-engine', network: 1, ...about })
  await expect(refuseSecondEngine(cache, processes)).rejects.toMatchObject({
    code: 'PREREQUISITE',
    message: expect.stringContaining(found),
    hint: expect.stringContaining(todo),
  })
})
