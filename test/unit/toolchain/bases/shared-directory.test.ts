import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sharedDirectory } from '../../../../toolchain/bases/assembly/shared-directory.ts'

let work: string

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'shared-'))
})

afterEach(() => rm(work, { recursive: true }))

describe('sharedDirectory', () => {
  it('is filled once for all who ask at the same time, and never again', async () => {
    const path = join(work, 'deep/root')
    let fills = 0
    const fill = async (directory: string) => {
      fills += 1
      await writeFile(join(directory, 'file'), String(fills))
    }
    expect(await Promise.all([sharedDirectory(path, fill), sharedDirectory(path, fill)])).toEqual([path, path])
    await sharedDirectory(path, fill)
    expect(await readFile(join(path, 'file'), 'utf8')).toBe('1')
  })

  it('does not exist after a fill that failed, and can be filled again', async () => {
    const path = join(work, 'root')
    await expect(sharedDirectory(path, () => Promise.reject(new Error('network')))).rejects.toThrow('network')
    expect(existsSync(path)).toBe(false)
    await sharedDirectory(path, (directory) => writeFile(join(directory, 'file'), ''))
    expect(existsSync(join(path, 'file'))).toBe(true)
  })

  it('throws away what a killed fill left', async () => {
    const path = join(work, 'root')
    await mkdir(`${path}.unfinished`)
    await writeFile(`${path}.unfinished/half`, '')
    await sharedDirectory(path, (directory) => writeFile(join(directory, 'whole'), ''))
    expect(existsSync(join(path, 'half'))).toBe(false)
  })
})
