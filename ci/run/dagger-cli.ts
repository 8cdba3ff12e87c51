import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { DeliveryError } from '../../src/model/errors.ts'
import { firstLine } from '../../src/engine/run-tool.ts'
import { confidence, type Pins } from '../../src/tools/pins.ts'
import { cacheDirectory } from './cache-directory.ts'
import { download } from './download.ts'

/** By which the Dagger CLI and SDK are told which CLI to run. */
export const cliVariable = '_EXPERIMENTAL_DAGGER_CLI_BIN'

/** Where the publisher has the archives: both have the same bytes. */
const sources = (version: string): string[] => [
  `https://dl.dagger.io/dagger/releases/${version}`,
  `https://github.com/dagger/dagger/releases/download/v${version}`,
]

/** What finding the CLI depends on, beside the pins. */
export interface CliSurroundings {
  say(line: string): void
  env?: NodeJS.ProcessEnv
  /** In place of the publisher's addresses. */
  from?: readonly string[]
  platform?: string
}

/**
 * The path of the Dagger CLI in the engine's version: the one that the environment names, the one that was kept, the one that is installed, or the publisher's,
 * fetched once and checked against its checksum. The SDK would ask its publisher's site at each run, and fail where that is away.
 * Throws `PREREQUISITE` where it cannot be had.
 */
export async function daggerCli({ cli }: Pick<Pins, 'cli'>, surroundings: CliSurroundings): Promise<string> {
  const { env = process.env, platform = hostPlatform() } = surroundings
  if (env[cliVariable]) return env[cliVariable]
  const directory = join(cacheDirectory(env), 'dagger', cli.version, platform.replace('/', '-'))
  const kept = join(directory, 'dagger')
  if (existsSync(kept)) return kept
  if (await isInstalled(cli.version)) return 'dagger'
  const digest = cli.archives[platform]
  if (digest === undefined)
    throw new DeliveryError(
      'PREREQUISITE',
      `no checksum of the Dagger CLI ${cli.version} is pinned for ${platform}`,
      `Install dagger ${cli.version}, and name its path in ${cliVariable}. On Windows use WSL.`,
    )
  await mkdir(directory, { recursive: true })
  const work = await mkdtemp(join(directory, 'unfinished-'))
  try {
    const archive = join(work, `dagger_v${cli.version}_${platform.replace('/', '_')}.tar.gz`)
    await fetchArchive(archive, { cli }, surroundings)
    await requireDigest(archive, digest, { cli })
    await execa('tar', ['--extract', '--gzip', '--file', archive, '--directory', work, 'dagger'], {
      ...ownSurroundings(),
    })
    await rename(join(work, 'dagger'), kept)
    surroundings.say(`the Dagger CLI ${cli.version} is kept in ${directory}`)
    return kept
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The platform of this process, as Dagger names its archives. */
export function hostPlatform(): string {
  return `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`
}

async function isInstalled(version: string): Promise<boolean> {
  const { exitCode, stdout } = await execa('dagger', ['version'], {
    ...ownSurroundings(),
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  })
  return exitCode === 0 && new RegExp(`^dagger v${version.replaceAll('.', '\\.')}(\\s|$)`).test(stdout)
}

async function fetchArchive(
  archive: string,
  { cli }: Pick<Pins, 'cli'>,
  { say, from = sources(cli.version) }: CliSurroundings,
): Promise<void> {
  const faults: string[] = []
  for (const source of from) {
    const url = `${source}/${archive.slice(archive.lastIndexOf('/') + 1)}`
    say(`fetching the Dagger CLI ${cli.version} from ${new URL(url).host}, once ...`)
    try {
      return await download(url, archive)
    } catch (error) {
      faults.push(`${new URL(url).host}: ${firstLine(error)}`)
    }
  }
  throw new DeliveryError(
    'PREREQUISITE',
    `the Dagger CLI ${cli.version} cannot be fetched (${faults.join('; ')})`,
    `Check the network and its proxy, or install dagger ${cli.version} by hand and name its path in ${cliVariable}.`,
  )
}

async function requireDigest(archive: string, wanted: string, { cli }: Pick<Pins, 'cli'>): Promise<void> {
  const found = `sha256:${createHash('sha256')
    .update(await readFile(archive))
    .digest('hex')}`
  if (found === wanted) return
  throw new DeliveryError(
    'PREREQUISITE',
    `the archive of the Dagger CLI ${cli.version} has the checksum ${found}, and ${wanted} is pinned (${confidence(cli.found)}); nothing of it was run`,
    `Look whether a proxy has changed it. Otherwise install dagger ${cli.version} by hand, and name its path in ${cliVariable}.`,
  )
}
