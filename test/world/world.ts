import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect } from 'vitest'
import { pinsOf, type Pins } from '../../src/tools/pins.ts'
import { ownNetwork } from '../engine/own-network.ts'
import { root } from '../repo/source-files.ts'
import { recordStep } from '../suite/steps.ts'
import { makeAuthority, type Authority } from './authority.ts'
import { layerOf, publish } from './image.ts'
import { serveInternet, type Internet } from './internet.ts'
import { startLaptop, type Laptop } from './laptop.ts'
import { laptopDirectory } from './laptop-root.ts'
import { publishedEngine } from './publishers.ts'
import { registrySite, tokenSite, type Tokens } from './registries.ts'
import { emptyStore } from './store.ts'

/** Reserved for tests of networks (RFC 2544): nobody has it, and Dagger's own network is elsewhere. */
const outside = '198.18.0.1'

/** Everything that a run meets until it has an engine, and a laptop in it. */
export interface World {
  internet: Internet
  laptop: Laptop
  /** An authority that nobody here believes. */
  stranger: Authority
  end(): Promise<void>
}

/** Makes the world: the publisher of the engine and of the Dagger CLI, Docker on a laptop, and Loadline installed in an empty home directory. Takes about ten seconds. */
export async function makeWorld(): Promise<World> {
  const work = mkdtempSync(join(tmpdir(), 'loadline-world-'))
  const ends: Array<() => Promise<unknown>> = [async () => rmSync(work, { recursive: true, force: true })]
  const end = async () => {
    for (const each of ends.toReversed()) await each()
  }
  try {
    const [authority, stranger] = [await makeAuthority(work, 'public'), await makeAuthority(work, 'stranger')]
    const network = await ownNetwork(215, { processes: true })
    ends.push(network.end)
    await execa('ip', ['address', 'add', `${outside}/32`, 'dev', network.device])
    const { sites, pins } = await publisher()
    const internet = await serveInternet(outside, await authority.issue(Object.keys(sites)), sites)
    ends.push(internet.end)
    const lower = await laptopDirectory((event) => recordStep(event, expect.getState().testPath))
    const authorities = readFileSync(authority.certificate, 'utf8')
    const laptop = await startLaptop(lower, network, { names: outside, authorities })
    ends.push(laptop.end)
    await install(laptop.home)
    writeFileSync(join(laptop.home, 'pins.json'), JSON.stringify(pins, null, 2))
    await laptop.own()
    return { internet, laptop, stranger, end }
  } catch (error) {
    await end()
    throw error
  }
}

/**
 * The registry of the engine, with an index over platforms and attestations under the publisher's name and tag, and the site of the Dagger CLI with an archive that is not the pinned one.
 * What is published is no engine: nothing here gets as far as starting one.
 */
async function publisher() {
  const store = emptyStore()
  const layers = [await layerOf(store, 'engine', 'not one\n')]
  const settings = { Entrypoint: publishedEngine.entrypoint }
  const images = ['amd64', 'arm64'].map((architecture) => ({
    platform: { os: 'linux', architecture },
    layers,
    settings,
  }))
  const digest = publish(store, publishedEngine.reference, images)
  const tokens: Tokens = new Map()
  const { host, realm, cliHost } = publishedEngine
  const sites = {
    [host]: registrySite(host, host, store, realm, tokens),
    [new URL(realm).host]: tokenSite(tokens),
    [cliHost]: (_request: unknown, response: { end(text: string): void }) => response.end('not the pinned archive'),
  }
  const { tools, ...released } = pinsOf()
  const engine = tools['engine']
  if (engine === undefined) throw new Error('the release pins no engine')
  const pins: Pins = { ...released, tools: { engine: { ...engine, digest } } }
  return { sites, pins }
}

/** Installs the package as it would be published, without its types, which nobody runs. */
async function install(home: string): Promise<void> {
  await execa(process.execPath, [join(root, 'ci/prepack.mjs')], { cwd: root })
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', home], { cwd: root })
  const [archive = ''] = readdirSync(home).filter((name) => name.endsWith('.tgz'))
  const directory = join(home, 'node_modules/loadline')
  mkdirSync(directory, { recursive: true })
  await execa('tar', ['--extract', '--file', join(home, archive), '--strip-components=1', '--directory', directory])
  rmSync(join(home, archive))
}
