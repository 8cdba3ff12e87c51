import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { copyLoadlineModule, dagger } from './loadline-module.ts'
import { tinyImage } from './tiny-image.ts'

/** An application whose dagger.json has Loadline as a toolchain, and nothing else of Dagger. */
async function applicationWithToolchain(): Promise<string> {
  const directory = tinyImage('toolchain')
  copyLoadlineModule(join(directory, 'tools/loadline'))
  writeFileSync(
    join(directory, 'dagger.json'),
    JSON.stringify({
      name: 'shop',
      engineVersion: 'v0.21.8',
      toolchains: [{ name: 'loadline', source: './tools/loadline' }],
    }),
  )
  writeFileSync(join(directory, '.dockerignore'), 'tools\n')
  // The workspace is the repository.
  await execa('git', ['init', '--quiet'], { cwd: directory })
  return directory
}

describe('Loadline as a toolchain of an application', () => {
  it('has checks and a generator that need no argument, and dagger check fails where the image may not ship', async () => {
    const directory = await applicationWithToolchain()
    const listed = await dagger(directory, 'check', '--list')
    for (const name of ['loadline:gate', 'loadline:controls', 'loadline:rescaffold'])
      expect(listed.text).toContain(name)

    const passed = await dagger(directory, 'check', 'loadline:gate', 'loadline:rescaffold')
    expect(passed.exitCode, passed.text).toBe(0)

    writeFileSync(
      join(directory, 'loadline.yaml'),
      'version: 1\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n',
    )
    const rejected = await dagger(directory, 'check', 'loadline:gate')
    expect(rejected.exitCode).not.toBe(0)
    expect(rejected.text).toContain('may not ship')
  })
})
