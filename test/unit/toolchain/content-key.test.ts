import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentKey, directoryDigest } from '../../../toolchain/content-key.ts'

describe('contentKey', () => {
  test('does not depend on the order of names', () => {
    expect(contentKey({ a: 1, b: { c: 2, d: 3 } })).toBe(contentKey({ b: { d: 3, c: 2 }, a: 1 }))
  })

  test('depends on the order of lists and on every value', () => {
    expect(contentKey({ flags: ['a', 'b'] })).not.toBe(contentKey({ flags: ['b', 'a'] }))
    expect(contentKey({ version: '1' })).not.toBe(contentKey({ version: 1 }))
  })

  test('takes undefined as absent', () => {
    expect(contentKey({ a: 1, b: undefined })).toBe(contentKey({ a: 1 }))
  })

  test('stays what it was: with another one every machine would build everything anew', () => {
    const inputs = {
      module: { path: 'github.com/sigstore/cosign/v3', version: 'v3.1.3' },
      ldflags: ['-s', '-w'],
      gcflags: undefined,
      tags: [],
      env: { CGO_ENABLED: '0', A: 'é"\u2028' },
      deep: [{ b: null, a: [1.5, true] }],
    }
    expect(contentKey(inputs)).toBe('7bab0914078899597f1cb88023278a96')
  })
})

describe('directoryDigest', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'content-key-'))
    await mkdir(join(directory, 'inner'))
    await writeFile(join(directory, 'a.go'), 'package a')
    await writeFile(join(directory, 'inner', 'b.go'), 'package b')
  })
  afterEach(async () => {
    await rm(directory, { recursive: true })
  })

  test('is the same after a touch, and without node_modules and dot files', async () => {
    const before = await directoryDigest(directory)
    await utimes(join(directory, 'a.go'), new Date(0), new Date(0))
    await writeFile(join(directory, '.DS_Store'), 'x')
    await mkdir(join(directory, 'node_modules'))
    await writeFile(join(directory, 'node_modules', 'x.js'), 'x')
    expect(await directoryDigest(directory)).toBe(before)
  })

  test.each([
    ['a changed byte', () => writeFile(join(directory, 'a.go'), 'package b')],
    ['a new file', () => writeFile(join(directory, 'c.go'), '')],
    ['an executable bit', () => chmod(join(directory, 'a.go'), 0o755)],
    [
      'bytes moved from one file to the next',
      async () => {
        await writeFile(join(directory, 'a.go'), 'package ')
        await writeFile(join(directory, 'inner', 'b.go'), 'apackage b')
      },
    ],
  ])('changes with %s', async (_name, change) => {
    const before = await directoryDigest(directory)
    await change()
    expect(await directoryDigest(directory)).not.toBe(before)
  })
})
