import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinsOf } from '../../src/tools/pins.ts'
import { root } from '../repo/source-files.ts'
import type { Site } from '../world/internet.ts'
import { installed } from '../world/laptop.ts'
import { publishedEngine } from '../world/publishers.ts'
import { refuse } from '../world/registries.ts'
import { makeWorld, type World } from '../world/world.ts'

let world: World | undefined

beforeAll(async () => {
  world = await makeWorld()
  cpSync(join(root, 'examples/go-service'), join(world.laptop.home, 'go-service'), { recursive: true })
  await world.laptop.own()
})

afterAll(() => world?.end())

function there(): World {
  if (world === undefined) throw new Error('the world was not made')
  return world
}

/** Runs the installed Loadline as a person does; what it prints is broken into lines by the width of a terminal, and is given without. */
async function loadline(argv: readonly string[], pins = '', as: 'ada' | 'guest' = 'ada') {
  const { exitCode, stdout, stderr } = await there().laptop.run([...installed, ...argv], { LOADLINE_TOOLS: pins }, as)
  return { exitCode, said: `${stdout}\n${stderr}`.replaceAll(/\s+/g, ' ') }
}

function judge(pins = '', as: 'ada' | 'guest' = 'ada') {
  return loadline(['build-and-scan', '/home/ada/go-service', '--output', `/tmp/report-of-${as}`], pins, as)
}

/** How a run ends that says this, with these words after each other. */
function ends(exitCode: number, ...words: string[]) {
  return { exitCode, said: expect.stringMatching(new RegExp(words.join('.*'))) as string }
}

/** What a registry answers to somebody who has asked too often. */
const limit: Site = (request, response) => {
  request.resume()
  refuse(response, 429, 'TOOMANYREQUESTS')
}

const cannotPull = `docker failed to pull the engine ${publishedEngine.host}/engine@`

describe('a laptop with Docker', () => {
  it('is enough for a run to begin, as doctor says', async () => {
    expect(await loadline(['doctor', 'go-service'])).toEqual(ends(0, '✓ docker 20\\.10', 'A run can begin\\.'))
  })

  it('is not, for somebody who may not use Docker: doctor and a run say so, and what to do', async () => {
    const words = ['docker is installed but cannot be used: permission denied', 'the group docker']
    expect(await loadline(['doctor', '/home/ada/go-service'], '', 'guest')).toEqual(ends(3, ...words))
    expect(await judge('', 'guest')).toEqual(ends(2, 'The stage “source” failed', ...words, '✗ source · lint · build'))
  })

  it('runs no other engine where the registry does not have the pinned digest', async () => {
    const { digest } = pinsOf().tools['engine'] ?? { digest: '' }
    const remedy = `loadline tools --engine image://${publishedEngine.reference} --output pins.json`
    expect(await judge()).toEqual(
      ends(3, cannotPull + digest, 'manifest unknown', 'collected from public files', remedy),
    )
  })

  it('says why a pull fails, and what to do: a limit, a certificate of a stranger, a host that is away', async () => {
    const { internet, stranger } = there()
    const { host } = publishedEngine
    internet.troubles.push({ at: /^\w+ registry\.dagger\.io\/v2\/engine\//, instead: limit })
    expect(await judge()).toEqual(ends(3, cannotPull, 'toomanyrequests', 'docker login'))
    internet.troubles.length = 0

    internet.showCertificate(host, await stranger.issue([host]))
    expect(await judge()).toEqual(
      ends(3, cannotPull, 'x509', 'to the container runtime and to the engine: docs/engines.md'),
    )
    internet.showCertificate(host)

    internet.takeAway(host)
    expect(await judge()).toEqual(ends(3, cannotPull, 'no such host', 'name service'))
    internet.bringBack(host)
  })

  it('pulls the engine once, by the digest of its index, and runs no Dagger CLI of another checksum', async () => {
    const { internet, laptop } = there()
    const pins = '/home/ada/pins.json'
    const pulled = () =>
      internet.asked.filter((line) => line.includes(`${publishedEngine.host}/v2/engine/blobs/`)).length
    expect(await judge(pins)).toEqual(
      ends(2, 'expected the archive of the Dagger CLI', 'the pinned checksum', 'nothing from it was run'),
    )
    const once = pulled()
    expect(once).toBeGreaterThan(0)

    internet.takeAway(publishedEngine.cliHost)
    expect(await judge(pins)).toEqual(ends(2, 'the Dagger CLI [\\d.]+ cannot be fetched', publishedEngine.cliHost))
    expect(pulled()).toBe(once)
    expect((await laptop.run(['docker', 'ps', '--all', '--quiet'])).stdout).toBe('')
  })
})
