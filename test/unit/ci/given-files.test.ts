import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCredential } from '../../../ci/run/given-credential.ts'
import { recogniseImage } from '../../../ci/run/given-image.ts'
import { givenDatabase, requireDirectory } from '../../../ci/run/deliver-source.ts'
import { readPinning } from '../../../ci/run/pinning.ts'
import { noteApplication } from '../../../ci/run/files/physical-path.ts'
import { root } from '../../repo/source-files.ts'

/** An application with a link to a file of the machine, one to a device without an end, and a pipe, under every name. */
let application: string

beforeAll(() => {
  application = realpathSync(mkdtempSync(join(tmpdir(), 'loadline-given-')))
  noteApplication(application)
  writeFileSync(join(application, 'Dockerfile'), 'FROM scratch\n')
  writeFileSync(join(application, 'loadline.yaml'), 'version: 1\n')
  symlinkSync('/etc/hostname', join(application, 'file'))
  symlinkSync('/dev/zero', join(application, 'zero'))
  symlinkSync('/etc', join(application, 'elsewhere'))
  execFileSync('mkfifo', [join(application, 'pipe')])
  mkdirSync(join(application, 'linked'))
  symlinkSync('/dev/ptmx', join(application, 'linked/loadline.yaml'))
  symlinkSync('/dev/zero', join(application, 'linked/Dockerfile'))
  symlinkSync('/dev/zero', join(application, 'linked/loadline.lock.json'))
})

afterAll(() => rmSync(application, { recursive: true, force: true }))

describe('a file that a command is given and that lies among those of an application', { timeout: 60_000 }, () => {
  it.each([
    ['policy explain user --policy zero', 'policy file zero'],
    ['policy explain user --organisation pipe', 'organisation file pipe'],
    ['policy test zero', 'verdict file zero'],
    ['merge zero --expect orders', 'zero'],
    ['merge elsewhere --expect orders', 'elsewhere'],
    ['audit pipe', 'pipe'],
    ['audit elsewhere', 'elsewhere'],
    ['audit Dockerfile --verdict zero', 'verdict file zero'],
    ['compliance soc2 --verdict pipe', 'verdict file pipe'],
    ['admission kyverno --image example.com/shop --key zero', 'public key file zero'],
    ['build-and-scan . --organisation zero', 'organisation file zero'],
    ['build-and-scan . --baseline pipe', 'baseline file pipe'],
    ['build-and-scan . --known-exploited zero', 'known-exploited file zero'],
    ['build-and-scan . --exploit-prediction zero', 'exploit-prediction file zero'],
    ['build-and-scan . --additional-sarif file', 'SARIF file file'],
    ['build-and-scan elsewhere', 'source elsewhere'],
    ['build-and-scan --image pipe', 'pipe'],
    ['scaffold elsewhere --target compose --compliance internal', 'source elsewhere'],
  ])('loadline %s: is named and refused at once [fault 74]', async (line, name) => {
    const started = Date.now()
    const ended = await execa(process.execPath, [join(root, 'ci/loadline.mjs'), ...line.split(' ')], {
      cwd: application,
      env: { npm_command: '', GITHUB_ACTIONS: '' },
      reject: false,
      timeout: 20_000,
      all: true,
    })
    expect({ exitCode: ended.exitCode, all: ended.all }).toEqual({ exitCode: 2, all: expect.stringContaining(name) })
    expect(ended.all).toMatch(/symbolic link|named pipe|neither an existing archive/)
    expect(Date.now() - started).toBeLessThan(20_000)
  })

  it('a credential, a database, an image or a lock file is refused as well [fault 74]', async () => {
    const at = (path: string) => join(application, path)
    await expect(readCredential(`file:${at('file')}`, '--key')).rejects.toThrow(/--key names the file .*symbolic link/)
    await expect(readCredential(`file:${at('pipe')}`, '--key')).rejects.toThrow(/named pipe/)
    await expect(givenDatabase(at('elsewhere'))).rejects.toThrow(/symbolic link/)
    await expect(recogniseImage(at('zero'))).rejects.toThrow(/symbolic link/)
    await expect(requireDirectory(at('elsewhere'))).rejects.toThrow(/symbolic link/)
    await expect(readPinning({}, at('linked'))).rejects.toThrow(/lock file .*symbolic link/)
    await expect(readPinning({ lock: at('zero') }, '.')).rejects.toThrow(/lock file .*symbolic link/)
    await expect(readPinning({ tools: at('pipe') }, '.')).rejects.toThrow(/pins file .*named pipe/)
  })

  it('doctor names what lies in the source, and waits for none of it [fault 74]', async () => {
    const ended = await execa(process.execPath, [join(root, 'ci/loadline.mjs'), 'doctor', 'linked', '--json'], {
      cwd: application,
      env: { npm_command: '', LOADLINE_ENGINE: 'unix:///absent/engine.sock' },
      reject: false,
      timeout: 20_000,
    })
    const { remarks } = JSON.parse(ended.stdout) as { remarks: Array<{ subject: string; found: string }> }
    for (const subject of ['policy', 'Dockerfile', 'pins'])
      expect(remarks.find((remark) => remark.subject === subject)?.found).toMatch(/symbolic link to \/dev/)
  })
})
