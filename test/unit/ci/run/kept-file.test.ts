import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepFile, lookAtKept } from '../../../../ci/run/kept-file.ts'
import { digestOf } from '../../../../src/model/index.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'loadline-'))
  path = join(directory, 'programs', 'made.tar')
})
afterEach(() => rmSync(directory, { recursive: true }))

const make = (text: string) => async (unfinished: string) => writeFileSync(unfinished, text)

describe('a kept file', () => {
  it('is known by its digest', async () => {
    expect(await lookAtKept(path)).toEqual({ fault: 'missing' })
    const digest = await keepFile(path, make('programs'))
    expect(digest).toBe(digestOf('programs'))
    expect(await lookAtKept(path)).toEqual({ digest })
    expect(readdirSync(join(directory, 'programs'))).toEqual(['made.tar', 'made.tar.sha256'])
  })

  it.each([
    ['a device', () => symlinkSync('/dev/zero', path)],
    ['a pipe', () => void execFileSync('mkfifo', [path])],
    ['a directory', () => mkdirSync(path)],
  ])('is missing where %s lies in its place, and that is not read', async (_, put) => {
    mkdirSync(dirname(path))
    put()
    expect(await lookAtKept(path)).toEqual({ fault: 'missing' })
  })

  it.each([
    ['was cut', () => truncateSync(path, 3)],
    ['has another content', () => writeFileSync(path, 'PROGRAMS')],
    ['has lost its digest', () => rmSync(`${path}.sha256`)],
    ['has something else beside it', () => writeFileSync(`${path}.sha256`, 'sha256:')],
  ])('is not believed where it %s, and can be made anew', async (_, change) => {
    await keepFile(path, make('programs'))
    change()
    expect(await lookAtKept(path)).toEqual({ fault: 'changed' })
    expect(await lookAtKept(path)).not.toEqual({ digest: await keepFile(path, make('made anew')) })
    expect(await lookAtKept(path)).toEqual({ digest: digestOf('made anew') })
  })

  it('has nothing of its name where it was not made whole', async () => {
    const failing = async (unfinished: string) => {
      writeFileSync(unfinished, 'prog')
      throw new Error('the engine went away')
    }
    await expect(keepFile(path, failing)).rejects.toThrow('went away')
    expect(readdirSync(join(directory, 'programs'))).toEqual([])
  })
})
