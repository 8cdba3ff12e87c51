import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { noteApplication, pathBelow, physicalPath } from '../../../../../ci/run/files/physical-path.ts'
import { kindOfNamed, limits, readBelow, readNamed } from '../../../../../ci/run/files/read-file.ts'

function directory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'loadline-files-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A work tree in which `bad` is what the attack makes of it, and a file outside that nobody may read through it. */
function attacked(attack: (bad: string, secret: string) => void): { tree: string; secret: string } {
  const secret = join(directory(), 'secret')
  writeFileSync(secret, 'outside-canary')
  const tree = directory()
  mkdirSync(join(tree, '.git'))
  mkdirSync(join(tree, 'folder'))
  attack(join(tree, 'bad'), secret)
  return { tree, secret }
}

const attacks: Array<[string, (bad: string, secret: string) => void, RegExp]> = [
  ['a link to a file outside', (bad, secret) => symlinkSync(secret, bad), /is a symbolic link to/],
  ['a link to a file beside it', (bad) => symlinkSync('folder/file', bad), /is a symbolic link to/],
  ['a link to a device without an end', (bad) => symlinkSync('/dev/zero', bad), /is a symbolic link to/],
  ['a link to a terminal', (bad) => symlinkSync('/dev/ptmx', bad), /is a symbolic link to/],
  ['a link to its own memory', (bad) => symlinkSync('/proc/self/environ', bad), /is a symbolic link to/],
  ['a link to nothing', (bad) => symlinkSync('absent', bad), /is a symbolic link to/],
  ['a link to itself', (bad) => symlinkSync('bad', bad), /is a symbolic link to/],
  ['a named pipe', (bad) => void execFileSync('mkfifo', [bad]), /is a named pipe, not a regular file/],
  ['a directory', (bad) => mkdirSync(bad), /EISDIR/],
  ['a file of a terabyte', (bad) => (writeFileSync(bad, ''), truncateSync(bad, 1e12)), /over the limit of 1048576/],
]

describe('a file of an application', () => {
  it.each(attacks)('that is %s is named, not followed and not waited for [fault 74]', async (_what, attack, why) => {
    const { tree } = attacked(attack)
    const started = Date.now()
    await expect(readBelow(tree, 'bad', limits.written)).rejects.toThrow(why)
    await expect(readNamed(join(tree, 'bad'), limits.written)).rejects.toThrow(why)
    expect(Date.now() - started).toBeLessThan(2_000)
  })

  it('that lies behind a linked directory is not read, wherever that leads [fault 74]', async () => {
    for (const target of ['/etc', 'folder', '..', '.']) {
      const { tree } = attacked((bad) => symlinkSync(target, bad))
      writeFileSync(join(tree, 'folder/passwd'), 'inside')
      for (const path of ['bad/passwd', 'bad/folder/passwd', 'bad/bad/passwd'])
        await expect(readBelow(tree, path, limits.written)).rejects.toThrow(/symbolic link|ENOENT/)
      await expect(readNamed(join(tree, 'bad/passwd'), limits.written)).rejects.toThrow(/symbolic link/)
    }
  })

  it('is not looked for outside of its directory [fault 74]', async () => {
    const { tree, secret } = attacked(() => undefined)
    for (const path of ['../x', secret, 'folder/../../x'])
      await expect(pathBelow(tree, path)).rejects.toThrow(/leads out/)
  })

  it('is read where it is a regular one', async () => {
    const { tree } = attacked((bad) => writeFileSync(bad, 'text'))
    expect(String(await readBelow(tree, './bad', limits.written))).toBe('text')
    expect(String(await readNamed(join(tree, 'bad'), limits.written))).toBe('text')
    await expect(readBelow(tree, 'absent', limits.written)).rejects.toThrow('cannot be read (ENOENT)')
    expect(await kindOfNamed(join(tree, 'bad'))).toBe('file')
    expect(await kindOfNamed(join(tree, 'folder'))).toBe('directory')
    expect(await kindOfNamed(join(tree, 'absent'))).toBeUndefined()
  })
})

describe('a file that a person named', () => {
  it('is followed if the link cannot have been committed, as with secrets mounted into a pod', async () => {
    const mounted = directory()
    mkdirSync(join(mounted, '..2026'))
    writeFileSync(join(mounted, '..2026/key'), 'key')
    symlinkSync('..2026', join(mounted, '..data'))
    symlinkSync('..data/key', join(mounted, 'key'))
    expect(String(await readNamed(join(mounted, 'key'), limits.written))).toBe('key')
    expect(await physicalPath(join(mounted, 'key'))).toBe(join(mounted, '..2026/key'))
  })

  it('is not followed there any more where the directory is said to be an application’s [fault 74]', async () => {
    const unpacked = directory()
    writeFileSync(join(unpacked, 'file'), 'text')
    symlinkSync('file', join(unpacked, 'link'))
    expect(String(await readNamed(join(unpacked, 'link'), limits.written))).toBe('text')
    noteApplication(unpacked)
    await expect(readNamed(join(unpacked, 'link'), limits.written)).rejects.toThrow(/is a symbolic link to file/)
  })

  it('is read to its end where it says that it has none, and never beyond the limit', async () => {
    expect((await readNamed('/proc/self/status', limits.written)).length).toBeGreaterThan(100)
    await expect(readNamed('/proc/self/status', 10)).rejects.toThrow(/over the limit of 10/)
  })

  it('that may not be read says so', async () => {
    const path = join(directory(), 'file')
    writeFileSync(path, 'text')
    chmodSync(path, 0)
    const found = await readNamed(path, 10).then(String, (error: Error) => error.message)
    // Root reads it all the same.
    expect(found).toBe(process.getuid?.() === 0 ? 'text' : 'cannot be read (EACCES)')
  })
})
