import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { tools } from '../../src/tools/images.ts'
import { pinsOf } from '../../src/tools/pins.ts'
import { serveDistribution } from '../engine/distribution.ts'
import { root } from '../repo/source-files.ts'
import type { Site } from '../world/internet.ts'
import { installed } from '../world/laptop.ts'
import { publishedEngine } from '../world/publishers.ts'
import { companySite, refuse } from '../world/registries.ts'
import { makeWorld, type World } from '../world/world.ts'

// A whole run is in some of them, which takes three minutes here and a quarter of an hour where much else runs.
vi.setConfig({ testTimeout: 1_800_000 })

let world: World | undefined

beforeAll(async () => {
  world = await makeWorld()
  cpSync(join(root, 'examples/go-service'), join(world.laptop.home, 'go-service'), { recursive: true })
  await world.laptop.own()
})

afterEach(() => {
  const { internet } = there()
  internet.troubles.length = 0
  internet.showCertificate(publishedEngine.host)
  for (const away of [publishedEngine.host, publishedEngine.cliHost]) internet.bringBack(away)
})

afterAll(() => world?.end())

function there(): World {
  if (world === undefined) throw new Error('the world was not made')
  return world
}

/** Runs a program on the laptop. What it prints is broken into lines by the width of a terminal, and is given without. */
async function type(argv: readonly string[], env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') {
  const { exitCode, stdout, stderr } = await there().laptop.run(argv, env, as)
  return { exitCode, said: `${stdout}\n${stderr}`.replaceAll(/\s+/g, ' ') }
}

/** Runs the installed Loadline as a person does. */
function loadline(argv: readonly string[], env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') {
  return type([...installed, ...argv], env, as)
}

function judge(env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') {
  return loadline(['build-and-scan', '/home/ada/go-service', '--output', `/tmp/report-of-${as}`], env, as)
}

/** Pins that have what is published here. */
const published = { LOADLINE_TOOLS: '/home/ada/pins.json' }

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
    expect(await loadline(['doctor', 'go-service'])).toEqual(ends(0, '✓ docker 20\\.10', 'A run can start\\.'))
  })

  it('is not, for somebody who may not use Docker: doctor and a run say so, and what to do', async () => {
    const words = ['docker is installed but cannot be used: permission denied', 'the group docker']
    expect(await loadline(['doctor', '/home/ada/go-service'], {}, 'guest')).toEqual(ends(3, ...words))
    expect(await judge({}, 'guest')).toEqual(ends(2, 'The stage “source” failed', ...words, '✗ source · lint · build'))
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

const host = 'registry.example.com'
const account = { user: 'ada', password: 'registry-canary-7d20' }

/** From here on each step rests on those before it, as in the documentation. */
describe('an empty home directory', () => {
  it('has the bases locked, after the engine has been told whom to believe', async () => {
    const { laptop, authority } = there()
    const believed = join(laptop.home, '.config/dagger/ca-certificates')
    mkdirSync(believed, { recursive: true })
    copyFileSync(authority.certificate, join(believed, 'authority.crt'))
    await laptop.own()
    const bases = ['docker.io/library/golang:1.26-bookworm', 'gcr.io/distroless/static-debian12:nonroot']
    expect(await loadline(['lock', 'go-service'], published)).toEqual(
      ends(0, ...bases.toSorted((left, right) => (left < right ? -1 : 1)).map((base) => `new ${base} sha256:`)),
    )
  })

  it('comes to PASSED', async () => {
    expect(await judge(published)).toEqual(ends(0, 'PASSED'))
  })

  it('comes to a release that is signed, attested and verified, in a registry with TLS and a password', async () => {
    const { internet, laptop, company } = there()
    internet.open(host, companySite(host, await serveDistribution(), account), await company.issue([host]))
    mkdirSync(join(laptop.home, 'keys'))
    copyFileSync(company.certificate, join(laptop.home, 'company.pem'))
    await laptop.own()
    const login = ['docker', 'login', '--username', account.user, '--password', account.password, host]
    expect(await type(login)).toEqual(ends(0, 'Login Succeeded'))
    const cosign = ['docker', 'run', '--rm', '--user=1000', '--env=COSIGN_PASSWORD', '--volume=/home/ada/keys:/keys']
    const secret = { COSIGN_PASSWORD: 'signing-canary-0b8e' }
    expect(await type([...cosign, '--workdir=/keys', tools.cosign.reference, 'generate-key-pair'], secret)).toEqual(
      ends(0, 'Public key written to cosign.pub'),
    )

    const reference = `${host}/acme/go-service:1.0.0`
    const trust = ['--registry-ca', 'company.pem']
    const publish = ['--publish', reference, '--key', 'file:keys/cosign.key', ...trust]
    const released = await loadline(['build-and-scan', 'go-service', ...publish], { ...published, ...secret })
    expect(released).toEqual(ends(0, 'PASSED'))
    const { release } = Run.parse(JSON.parse(readFileSync(join(laptop.home, 'loadline-report/verdict.json'), 'utf8')))
    expect(release?.signature?.verified).toBe(true)
    expect(await loadline(['verify', reference, '--key', 'keys/cosign.pub', ...trust], published)).toEqual(
      ends(0, 'VERIFIED'),
    )
    for (const canary of [account.password, secret.COSIGN_PASSWORD]) expect(released.said).not.toContain(canary)
  })

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

  it('is known to doctor, and its engine can be removed', async () => {
    expect(await loadline(['doctor', 'go-service'], published)).toEqual(ends(0, 'A run can start\\.'))
    expect(await loadline(['engine', 'status'], published)).toEqual(ends(0, 'loadline-engine-'))
    expect(await loadline(['engine', 'clean'], published)).toEqual(ends(0))
    expect((await there().laptop.run(['docker', 'ps', '--all', '--quiet'])).stdout).toBe('')
  })
})
