import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect } from 'vitest'
import { sealedToolchain } from '../../toolchain/index.ts'
import type { StepEvent } from '../../toolchain/steps.ts'
import { ownNetwork } from '../engine/own-network.ts'
import { root } from '../repo/source-files.ts'
import { recordStep } from '../suite/steps.ts'
import { makeAuthority, type Authority } from './authority.ts'
import { serveInternet, type Internet, type Site } from './internet.ts'
import { startLaptop, type Laptop } from './laptop.ts'
import { startVirtualLaptop } from './virtual-laptop.ts'
import { debianDirectory } from './installed-debian.ts'
import { publishAll, type Published } from './publications.ts'
import { publicRegistries, publishedEngine } from './publishers.ts'
import { registrySite, tokenSite, type Tokens } from './registries.ts'
import type { Store } from './store.ts'

/** Reserved for tests of networks (RFC 2544): nobody has it, and Dagger's own network is elsewhere. */
const outside = '198.18.0.1'

/** Everything that a run meets, and a laptop in it. */
export interface World {
  internet: Internet
  laptop: Laptop
  /** The authority of all publishers. */
  authority: Authority
  /** An authority of a company, which the laptop believes as well. */
  company: Authority
  /** An authority that nobody here believes. */
  stranger: Authority
  end(): Promise<void>
}

/**
 * Makes the world: publishers of the engine, the Dagger CLI, tools, bases, the vulnerability database and Go modules; Docker on a laptop, which shares this machine's kernel or is a virtual machine; Loadline installed in an empty home directory, and an example in `go-service`.
 * Takes about a minute where the sealed toolchain is there, of which all images are made.
 */
export async function makeWorld(kind: 'namespaces' | 'machine' = 'namespaces'): Promise<World> {
  const work = mkdtempSync(join(tmpdir(), 'loadline-world-'))
  const ends: Array<() => Promise<unknown>> = [async () => rmSync(work, { recursive: true, force: true })]
  const end = async () => {
    for (const each of ends.toReversed()) await each()
  }
  const onProgress = (event: StepEvent) => recordStep(event, expect.getState().testPath)
  try {
    const authority = await makeAuthority(work, 'public')
    const company = await makeAuthority(work, 'company')
    const stranger = await makeAuthority(work, 'stranger')
    const [ofPublic, ofCompany] = [textOf(authority), textOf(company)]
    const sealed = await sealedToolchain({ onProgress, log: () => undefined }).ensure({ module: true })
    const published = await publishAll(work, sealed, ofPublic)
    const network = await ownNetwork(215, { processes: true })
    ends.push(network.end)
    await execa('ip', ['address', 'add', `${outside}/32`, 'dev', network.device])
    const sites = { ...registries(published.store), ...(await others(published)) }
    const internet = await serveInternet(outside, await authority.issue(Object.keys(sites)), sites)
    ends.push(internet.end)
    const lower = await debianDirectory('laptop', onProgress)
    const around = { names: outside, authorities: `${ofPublic}${ofCompany}` }
    const laptop =
      kind === 'machine'
        ? await startVirtualLaptop(await debianDirectory('emulator', onProgress), lower, around)
        : await startLaptop(lower, network, around)
    ends.push(laptop.end)
    await install(laptop.home)
    writeFileSync(join(laptop.home, 'pins.json'), JSON.stringify(published.pins, null, 2))
    cpSync(join(root, 'examples/go-service'), join(laptop.home, 'go-service'), { recursive: true })
    await laptop.own()
    return { internet, laptop, authority, company, stranger, end }
  } catch (error) {
    await end()
    throw error
  }
}

function textOf({ certificate }: Authority): string {
  return readFileSync(certificate, 'utf8')
}

/** Every registry with its tokens: some hosts give these themselves, others send their clients elsewhere. */
function registries(store: Store): Record<string, Site> {
  const tokens: Tokens = new Map()
  const giveToken = tokenSite(tokens)
  const sites = Object.entries(publicRegistries).flatMap(([name, { host, realm }]): Array<[string, Site]> => {
    const { host: tokenHost, pathname } = new URL(realm)
    const images = registrySite(name, host, store, realm, tokens)
    return [
      [tokenHost, giveToken],
      [host, (...asked) => (tokenHost === host && asked[0].url?.startsWith(pathname) ? giveToken : images)(...asked)],
    ]
  })
  return Object.fromEntries(sites)
}

/** The site of the Dagger CLI, and the proxy that Go asks by default, with what this machine has fetched for the example. */
async function others({ cli }: Published): Promise<Record<string, Site>> {
  await execa('go', ['mod', 'download'], { cwd: join(root, 'examples/go-service') })
  const { stdout: modules } = await execa('go', ['env', 'GOMODCACHE'])
  const { stdout: proxies } = await execa('go', ['env', 'GOPROXY'], { env: { GOPROXY: '', GOENV: 'off' } })
  const file = (path: string, response: ServerResponse) => {
    if (!existsSync(path)) return void response.writeHead(404).end()
    response.writeHead(200, { 'Content-Length': statSync(path).size })
    createReadStream(path).pipe(response)
  }
  return {
    [publishedEngine.cliHost]: (_, response) => file(cli, response),
    [new URL(proxies.split(',')[0] ?? '').host]: ({ url = '' }, response) =>
      file(join(modules, 'cache/download', new URL(url, 'https://host').pathname), response),
  }
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
