import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildAndScan, scratch } from '../engine/command-line.ts'

const name = 'loadline-test-arm64'
/** What every program for arm64 begins with, and which of its bytes count: an ELF file, 64 bits, little-endian, for that machine. */
const magic = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`

/** Debian's emulator for arm64 in this machine's kernel, until the test ends. The kernel opens it now (F), so it is there in every container. */
async function emulator(): Promise<void> {
  const directory = scratch()
  await execa('apt-get', ['download', 'qemu-user-static'], { cwd: directory })
  const [archive = ''] = readdirSync(directory)
  await execa('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: directory })
  const mounted = join(directory, 'binfmt')
  mkdirSync(mounted)
  await execa('mount', ['-t', 'binfmt_misc', 'none', mounted])
  onTestFinished(async () => {
    if (existsSync(join(mounted, name))) writeFileSync(join(mounted, name), '-1')
    await execa('umount', [mounted])
  })
  const program = join(directory, 'unpacked/usr/bin/qemu-aarch64-static')
  writeFileSync(join(mounted, 'register'), `:${name}:M::${magic}:${mask}:${program}:F`)
}

/** The command tests of the example, as they were judged on arm64, and whether they were emulated. */
async function commandTests() {
  const { run, stderr } = await buildAndScan('examples/go-service', ['--platform', 'linux/arm64'])
  const cell = run.evidence?.platforms[0]?.evidence.structure
  if (cell?.status !== 'collected') throw new Error(`no structure tests were run: ${stderr}`)
  const commands = cell.value.tests.filter((test) => test.name.startsWith('Command Test: '))
  return {
    emulated: cell.value.emulated ?? false,
    passed: commands.map(({ passed }) => passed),
    errors: commands.flatMap(({ errors }) => errors),
  }
}

describe('command tests of an image for another processor', () => {
  it('are run where the kernel has an emulator, and have not passed where it has none', async () => {
    const not =
      'not run: this engine cannot start linux/arm64 programs, and its kernel has no emulator for them (binfmt_misc)'
    expect(await commandTests()).toEqual({ emulated: false, passed: [false, false], errors: [not, not] })
    await emulator()
    expect(await commandTests()).toEqual({ emulated: true, passed: [true, true], errors: [] })
  })
})
