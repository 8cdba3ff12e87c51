import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { locateCache } from '../../toolchain/cache.ts'
import { goBuildSteps, groupGoBuilds, readGoBinaries, type CompiledBinaries } from '../../toolchain/go-binaries.ts'
import { toolImageStep, type StoredTool } from '../../toolchain/image-steps.ts'
import { runSteps, type Step } from '../../toolchain/steps.ts'
import { wheelsStep } from '../../toolchain/wheels.ts'
import { ownTools, tools } from '../../src/tools/images.ts'

/**
 * Builds inspect and hadolint from nothing, compiler cache included, in a cache directory of its own. The rest is made by the same
 * two steps, and compiling it twice would take twenty minutes.
 */
async function buildFromNothing(root: string): Promise<Record<string, string>> {
  const cache = locateCache({ LOADLINE_CACHE: root })
  const prerequisites: Step<void> = {
    name: 'prerequisites',
    doing: '',
    done: '',
    cost: 'io',
    needs: [],
    run: async () => undefined,
  }
  const builds = groupGoBuilds(await readGoBinaries())
  function compile(name: string): Step<CompiledBinaries> {
    const build = builds.find(({ binaries }) => binaries.some((binary) => binary.name === name))
    if (build === undefined) throw new Error(`toolchain/go/binaries.json does not list ${name}.`)
    return goBuildSteps(build, prerequisites)
  }
  const images: Step<StoredTool>[] = [
    toolImageStep(ownTools.inspect, compile('inspect')),
    toolImageStep(tools.hadolint, wheelsStep(prerequisites)),
  ]
  const result = await runSteps(images, { cache, onProgress: () => undefined })
  return Object.fromEntries(images.map((image) => [result(image).name, result(image).content.digest]))
}

describe('tool images are reproducible', () => {
  const directories: string[] = []
  let digests: Record<string, string>[]

  beforeAll(async () => {
    for (const prefix of ['sealed-once-', 'sealed-in-another-place-'])
      directories.push(await mkdtemp(join(tmpdir(), prefix)))
    digests = []
    for (const directory of directories) digests.push(await buildFromNothing(directory))
  })
  afterAll(async () => {
    for (const directory of directories) await rm(directory, { recursive: true, force: true })
  })

  test.each(['inspect', 'hadolint'])('two builds of %s from the same inputs give the same digest', (name) => {
    expect(digests[0]?.[name]).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(digests[1]?.[name]).toBe(digests[0]?.[name])
  })
})
