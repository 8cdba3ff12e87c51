import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { pinsOf } from '../../src/tools/pins.ts'
import { root } from '../repo/source-files.ts'
import type { Site } from '../world/internet.ts'
import { installed } from '../world/laptop.ts'
import { ends, firstDay, person, published } from '../world/first-day.ts'
import { publishedEngine } from '../world/publishers.ts'
import { refuse } from '../world/registries.ts'
import { makeWorld, type World } from '../world/world.ts'

// A whole run is in some of them, which takes three minutes here and a quarter of an hour where much else runs.
vi.setConfig({ testTimeout: 1_800_000 })

const hub = 'registry-1.docker.io'

let world: World | undefined

beforeAll(async () => {
  world = await makeWorld()
})

afterEach(() => {
  const { internet } = there()
  internet.troubles.length = 0
  for (const host of [publishedEngine.host, hub]) internet.showCertificate(host)
  for (const away of [publishedEngine.host, publishedEngine.cliHost]) internet.bringBack(away)
})

afterAll(() => world?.end())

function there(): World {
  if (world === undefined) throw new Error('the world was not made')
  return world
}

const { type, loadline } = person(there)

function judge(env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') {
  return loadline(['build-and-scan', '/home/ada/go-service', '--output', `/tmp/report-of-${as}`], env, as)
}

/** What a registry answers to somebody who has asked too often. */
const limit: Site = (request, response) => {
  request.resume()
  refuse(response, 429, 'TOOMANYREQUESTS')
}

const cannotPull = `docker failed to pull the engine ${publishedEngine.host}/engine@`

describe('a laptop with Docker', () => {
  it('is enough for a run to begin, as doctor says', async () => {
    expect(await loadline(['doctor', 'go-service'])).toEqual(ends(0, '✓ docker 20\\.10', 'A run can start\\.'))
  })

  it('is not, for somebody who may not use Docker: doctor and a run say so, and what to do', async () => {
    const words = ['docker is installed but cannot be used: permission denied', 'the group docker']
    expect(await loadline(['doctor', '/home/ada/go-service'], {}, 'guest')).toEqual(ends(3, ...words))
    expect(await judge({}, 'guest')).toEqual(ends(2, 'The stage “source” failed', ...words, '✗ source · lint · build'))
  })

  it('is not, with a Docker that does not know the API of its client', async () => {
    const words = ['docker is installed but cannot be used: .*version 1\\.99 is too new', 'Update docker']
    expect(await loadline(['doctor', 'go-service'], { DOCKER_API_VERSION: '1.99' })).toEqual(ends(3, ...words))
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
    expect(await judge()).toEqual(ends(3, cannotPull, 'no such host', 'DNS'))
  })

  it('says that the disk is full', async () => {
    const { laptop } = there()
    const mount = ['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/var/lib/docker/tmp']
    expect(await laptop.run(mount, {}, 'root')).toMatchObject({ exitCode: 0 })
    expect(await judge(published)).toEqual(ends(3, cannotPull, 'no space left on device', 'Free disk space'))
    expect(await laptop.run(['umount', '/var/lib/docker/tmp'], {}, 'root')).toMatchObject({ exitCode: 0 })
  })

  it('pulls the engine once, by the digest of its index, and runs no Dagger CLI of another checksum', async () => {
    const { internet, laptop } = there()
    const pulled = () =>
      internet.asked.filter((line) => line.includes(`${publishedEngine.host}/v2/engine/blobs/`)).length
    internet.troubles.push({ at: /^GET dl\.dagger\.io\//, instead: (_, response) => void response.end('another one') })
    expect(await judge(published)).toEqual(
      ends(2, 'expected the archive of the Dagger CLI', 'the pinned checksum', 'nothing from it was run'),
    )
    internet.troubles.length = 0
    const once = pulled()
    expect(once).toBeGreaterThan(0)

    internet.takeAway(publishedEngine.cliHost)
    expect(await judge(published)).toEqual(ends(2, 'the Dagger CLI [\\d.]+', publishedEngine.cliHost))
    expect(pulled()).toBe(once)
    expect((await laptop.run(['docker', 'ps', '--all', '--quiet'])).stdout).toBe('')
  })
})

describe('an empty home directory', () => {
  firstDay(there)

  it('calls the module', async () => {
    const { laptop } = there()
    const clone = join(laptop.home, 'loadline')
    mkdirSync(clone)
    await execa('tar', ['--extract', '--directory', clone], {
      input: (await execa('git', ['archive', 'HEAD'], { cwd: root, encoding: 'buffer' })).stdout,
    })
    await laptop.own()
    const call = ['call', '--tools', '../pins.json', 'build-and-scan', '--source', '../go-service']
    const called = await type(
      ['env', '--chdir=loadline', ...installed, 'dagger', '--progress', 'plain', ...call],
      published,
    )
    expect(called).toEqual(ends(0, 'Passed: examples/go-service'))
  })

  it('says which certificate its engine does not believe, behind a proxy with its own authority', async () => {
    const { internet, company } = there()
    internet.showCertificate(hub, await company.issue([hub]))
    expect(await loadline(['lock', 'go-service'], published)).toEqual(ends(3, 'x509', 'docs/engines\\.md'))
  })

  it('says that its engine was killed, and the next run starts it again', async () => {
    const { laptop } = there()
    const dockerfile = join(laptop.home, 'go-service/Dockerfile')
    const text = readFileSync(dockerfile, 'utf8')
    // However fast the machine is, the engine still builds when it is killed.
    writeFileSync(dockerfile, text.replace(/^FROM .*golang.*$/m, '$&\nRUN sleep 600'))
    await laptop.own()
    const running = judge(published)
    const ask = ['ps', '--quiet', '--filter', 'name=loadline-engine']
    const engine = await vi.waitFor(async () => {
      const { stdout } = await laptop.run(['docker', ...ask])
      expect(stdout).not.toBe('')
      return stdout
    })
    await sleep(8_000)
    await laptop.run(['docker', 'kill', engine])
    expect(await running).toEqual(ends(3, "the engine's container loadline-engine-\\w+ has ended"))
    writeFileSync(dockerfile, text)
    await laptop.own()
    expect(await loadline(['lock', 'go-service'], published)).toEqual(ends(0))
    expect((await laptop.run(['docker', ...ask])).stdout).not.toBe('')
  })

  it('says that the disk on which its engine stores what it builds is full [fault 58]', async () => {
    const { laptop } = there()
    const found = await laptop.run(['docker', 'ps', '--quiet', '--filter', 'name=loadline-engine'])
    const inEngine = (script: string) =>
      laptop.run(['docker', 'exec', '--privileged', found.stdout.trim(), 'sh', '-euc', script])
    const snapshots = '/var/lib/dagger/worker/snapshots/snapshots'
    const full = `mkdir /full && mount -t tmpfs -o nr_inodes=16 tmpfs /full && mkdir /full/upper /full/work
      mount -t overlay -o lowerdir=${snapshots},upperdir=/full/upper,workdir=/full/work overlay ${snapshots}
      for file in $(seq 16); do touch /full/$file || break; done`
    expect(await inEngine(full)).toMatchObject({ exitCode: 0 })
    writeFileSync(join(laptop.home, 'go-service/README.md'), 'What the engine has not read yet.')
    await laptop.own()
    expect(await judge(published)).toEqual(ends(3, 'no space left on device', 'Free disk space'))
    expect(await inEngine(`umount ${snapshots} /full`)).toMatchObject({ exitCode: 0 })
  })

  it('is known to doctor, and its engine can be removed', async () => {
    expect(await loadline(['doctor', 'go-service'], published)).toEqual(ends(0, 'A run can start\\.'))
    expect(await loadline(['engine', 'status'], published)).toEqual(ends(0, 'loadline-engine-'))
    expect(await loadline(['engine', 'clean'], published)).toEqual(ends(0))
    expect((await there().laptop.run(['docker', 'ps', '--all', '--quiet'])).stdout).toBe('')
  })
})
