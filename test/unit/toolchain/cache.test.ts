import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { locateCache, removeUnfinished, removeUnused, storedResult, type Cache } from '../../../toolchain/cache.ts'

describe('locateCache', () => {
  test.each([
    [{ LOADLINE_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
    [{ XDG_CACHE_HOME: '/b' }, '/b/loadline'],
    [{ XDG_CACHE_HOME: 'relative' }, join(homedir(), '.cache', 'loadline')],
    [{}, join(homedir(), '.cache', 'loadline')],
  ])('%j -> %s', (env, root) => {
    expect(locateCache(env).root).toBe(root)
  })

  test('is never among the files of an application, where anybody could commit a program [fault 73]', async () => {
    const tree = await mkdtemp(join(tmpdir(), 'tree-'))
    await mkdir(join(tree, '.git'))
    expect(() => locateCache({ LOADLINE_CACHE: join(tree, 'a/cache') })).toThrow(/is inside the git work tree/)
    expect(() => locateCache({ XDG_CACHE_HOME: join(tree, '.cache') })).toThrow(/is inside the git work tree/)
    await rm(tree, { recursive: true })
  })
})

describe('storedResult', () => {
  let cache: Cache
  beforeEach(async () => {
    cache = locateCache({ LOADLINE_CACHE: await mkdtemp(join(tmpdir(), 'cache-')) })
  })
  afterEach(async () => {
    await rm(cache.root, { recursive: true })
  })

  test('produces once and finds it again', async () => {
    let produced = 0
    async function produce(directory: string): Promise<void> {
      produced += 1
      await writeFile(join(directory, 'binary'), 'bytes')
    }
    const first = await storedResult(cache, 'trivy', 'key', produce)
    const second = await storedResult(cache, 'trivy', 'key', produce)
    expect([first.cached, second.cached, produced]).toEqual([false, true, 1])
    expect(await readFile(join(second.path, 'binary'), 'utf8')).toBe('bytes')
  })

  test('leaves nothing when producing fails, and produces again', async () => {
    const failing = storedResult(cache, 'trivy', 'key', async (directory) => {
      await writeFile(join(directory, 'half'), 'ha')
      throw new Error('out of disk')
    })
    await expect(failing).rejects.toThrow('out of disk')
    expect(existsSync(cache.path('steps', 'trivy', 'key'))).toBe(false)
    expect(await readdir(cache.path('work'))).toEqual([])
    expect((await storedResult(cache, 'trivy', 'key', async () => undefined)).cached).toBe(false)
  })

  test('what a killed process left unfinished is never a result', async () => {
    await mkdir(cache.path('work', 'trivy-killed'), { recursive: true })
    await removeUnfinished(cache)
    expect(existsSync(cache.path('work'))).toBe(false)
  })

  test('only results that were not used for two weeks are removed', async () => {
    const old = await storedResult(cache, 'trivy', 'old', async () => undefined)
    const used = await storedResult(cache, 'trivy', 'used', async () => undefined)
    const longAgo = new Date('2026-01-01T00:00:00Z')
    for (const { path } of [old, used]) await utimes(path, longAgo, longAgo)
    await storedResult(cache, 'trivy', 'used', async () => undefined)
    await removeUnused(cache, new Date())
    expect([existsSync(old.path), existsSync(used.path)]).toEqual([false, true])
  })
})
