import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { requireWritable } from '../../../ci/cli/repair.ts'
import { requireWritableFolder, writeFiles } from '../../../ci/run/files/write-files.ts'
import { compareFiles, shownText } from '../../../ci/run/scaffold-files.ts'
import type { DeliveryError } from '../../../src/model/errors.ts'
import { withMarkOf } from '../../../src/repair/index.ts'

const root = mkdtempSync(join(tmpdir(), 'loadline-repair-'))
afterAll(() => rmSync(root, { recursive: true }))

let directory = root
beforeEach(() => {
  directory = mkdtempSync(join(root, 'app-'))
})

describe('a Dockerfile that is a link', () => {
  beforeEach(() => {
    mkdirSync(join(directory, 'docker'))
    writeFileSync(join(directory, 'docker/real'), 'FROM a\n')
    symlinkSync('docker/real', join(directory, 'Dockerfile'))
  })
  it('is refused before the work, if it will be written', async () => {
    await expect(requireWritable(directory, 'Dockerfile')).rejects.toThrow('found a link at Dockerfile')
    await expect(compareFiles(directory, { Dockerfile: 'FROM b\n' })).rejects.toThrow('found a link at Dockerfile')
    symlinkSync('docker', join(directory, 'other'))
    await expect(requireWritable(directory, 'other/real')).rejects.toThrow('found a link at other')
    await requireWritable(directory, 'docker/real')
    await requireWritable(directory, 'docker/none')
  })
  it('is shown with its differences', async () => {
    const [shown] = await compareFiles(directory, { Dockerfile: 'FROM b\n' }, undefined, shownText)
    expect(shown?.diff).toContain('-FROM a\n+FROM b\n')
  })
  it('is not followed out of the source', async () => {
    writeFileSync(join(root, 'secret'), 'secret\n')
    symlinkSync('../secret', join(directory, 'other'))
    const [shown] = await compareFiles(directory, { other: 'FROM b\n' }, undefined, shownText)
    expect(shown?.diff).not.toContain('secret\n')
  })
})

describe('a directory that cannot be written', () => {
  it('is found before the work', async () => {
    await expect(requireWritable(join(directory, 'absent'), 'Dockerfile')).rejects.toThrow('failed to write the repair')
    await expect(requireWritable(directory, 'docker/Dockerfile')).rejects.toThrow('docker')
  })
  it('is told without an option that repair does not have', async () => {
    const hint = (what: 'the repair' | 'the scaffold') =>
      requireWritableFolder(join(directory, 'absent'), what).catch((error: DeliveryError) => error.hint)
    expect(await hint('the repair')).not.toContain('--output')
    expect(await hint('the scaffold')).toContain('--output')
  })
})

describe('a file that is written again', () => {
  it.each([0o600, 0o640, 0o755])('keeps its mode %o', async (mode) => {
    writeFileSync(join(directory, 'Dockerfile'), 'FROM a\n')
    chmodSync(join(directory, 'Dockerfile'), mode)
    await writeFiles(directory, { Dockerfile: 'FROM b\n', other: '' }, 'the repair')
    expect(statSync(join(directory, 'Dockerfile')).mode & 0o777).toBe(mode)
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe('FROM b\n')
  })
  it('keeps its byte order mark', () => {
    expect(withMarkOf('\uFEFFFROM a\n', 'FROM b\n')).toBe('\uFEFFFROM b\n')
    expect(withMarkOf('\uFEFFa', '\uFEFFb')).toBe('\uFEFFb')
    expect(withMarkOf('a', 'b')).toBe('b')
    expect(withMarkOf(undefined, 'b')).toBe('b')
  })
})
