import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/engine/package-root.ts'
import { locateCache } from '../../../toolchain/cache.ts'
import { goBuildSteps, groupGoBuilds, readGoBinaries, type GoBinary } from '../../../toolchain/go-binaries.ts'
import { prerequisites } from '../../../toolchain/prerequisites.ts'
import { wheelVersions } from '../../../toolchain/wheels.ts'
import { ownTools, tools } from '../../../src/tools/images.ts'

const binary: GoBinary = {
  name: 'a',
  version: 'v1',
  module: 'engine',
  package: 'x/cmd/a',
  ldflags: '-s -w',
  tags: [],
  env: {},
}

describe('groupGoBuilds', () => {
  test('builds programs of one module and equal flags together', () => {
    const builds = groupGoBuilds([
      binary,
      { ...binary, name: 'b' },
      { ...binary, name: 'c', module: 'crane' },
      { ...binary, name: 'd', tags: ['t'] },
    ])
    expect(builds.map(({ module, binaries }) => [module, binaries.map(({ name }) => name)])).toEqual([
      ['engine', ['a', 'b']],
      ['crane', ['c']],
      ['engine', ['d']],
    ])
  })
})

test("every tool of the table is built, in the version that the table pins, statically and without this machine's paths", async () => {
  const binaries = await readGoBinaries()
  const versions: Record<string, string> = { ...(await wheelVersions()) }
  for (const { name, version, env } of binaries) {
    versions[name] = version.replace(/^v/, '')
    expect(env.CGO_ENABLED, name).toBe('0')
    expect(env.GOTOOLCHAIN, name).toMatch(/^go1\.[0-9]+\.[0-9]+$/)
  }
  for (const tool of [...Object.values(tools), ...Object.values(ownTools)])
    expect(versions[tool.name], tool.name).toBe(tool.version)
})

test('the six programs of the engine are one build', async () => {
  const build = groupGoBuilds(await readGoBinaries()).find(({ module }) => module === 'engine')
  expect(build?.binaries.map(({ name }) => name).sort()).toEqual([
    'dagger',
    'dagger-codegen',
    'dagger-engine',
    'dagger-init',
    'dial-stdio',
    'dnsname',
  ])
})

test('Trivy is compiled without the clients of clusters and clouds, whose modules refuse every call', () => {
  const directory = join(packageRoot, 'toolchain/go/trivy')
  const module = readFileSync(join(directory, 'go.mod'), 'utf8')
  expect(module).not.toMatch(/^\t(k8s\.io\/client-go|cloud\.google\.com\/go\/storage) v/m)
  const replaced = [...module.matchAll(/^\t(\S+) => \.\/(modules\/\S+)$/gm)]
  expect(replaced).toHaveLength(5)
  for (const [, name, path = ''] of replaced) {
    const file = join(directory, path, 'go.mod')
    expect(readFileSync(file, 'utf8'), file).toContain(`module ${name}\n`)
    const sources = readdirSync(join(directory, path), { recursive: true, encoding: 'utf8' })
      .filter((source) => source.endsWith('.go'))
      .map((source) => readFileSync(join(directory, path, source), 'utf8'))
    expect(sources.join('\n'), name).toContain(`in for the module ${name}`)
  }
})

describe('the packages that a build has compiled', () => {
  async function compile(name: string): Promise<{ cache: string; kept: boolean }> {
    const cache = locateCache({ LOADLINE_CACHE: mkdtempSync(join(tmpdir(), 'go-build-')) })
    const build = groupGoBuilds(await readGoBinaries()).find(({ module }) => module === name)
    if (build === undefined) throw new Error(`no build is called ${name}`)
    let used = ''
    const made = await goBuildSteps(build, prerequisites).run({
      cache,
      signal: new AbortController().signal,
      result: () => undefined as never,
      say: () => undefined,
      async once(_step, _inputs, produce) {
        const directory = cache.path('made')
        mkdirSync(directory)
        await produce(directory)
        return directory
      },
      // Stands in for the compiler.
      async run(_file, _args, options) {
        used = options?.env?.['GOCACHE'] ?? ''
        mkdirSync(used)
        writeFileSync(cache.path('made', 'compiled', name), '')
        return ''
      },
    })
    expect(existsSync(made[name] ?? '')).toBe(true)
    const kept = existsSync(used)
    rmSync(cache.root, { recursive: true })
    return { cache: basename(used), kept }
  }

  test('are removed if no other program can use them', async () => {
    expect(await compile('trivy')).toEqual({ cache: 'go-build-trivy', kept: false })
  })

  test('stay for the other programs', async () => {
    expect(await compile('inspect')).toEqual({ cache: 'go-build', kept: true })
    expect(await compile('cosign')).toEqual({ cache: 'go-build', kept: true })
  })
})
