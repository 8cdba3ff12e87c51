import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { DeliveryError } from '../../src/model/errors.ts'
import { firstLine } from '../../src/engine/run-tool.ts'
import { confidence, type Pins } from '../../src/tools/pins.ts'
import { cacheDirectory } from './cache-directory.ts'
import { download, type DownloadLimits } from './download.ts'
import { digestOfFile, digestOfStream } from './kept-file.ts'

/** Tells the Dagger CLI and SDK which CLI to run. */
export const cliVariable = '_EXPERIMENTAL_DAGGER_CLI_BIN'

/** Where the publisher hosts the archives: both serve the same bytes. */
const sources = (version: string): string[] => [
  `https://dl.dagger.io/dagger/releases/${version}`,
  `https://github.com/dagger/dagger/releases/download/v${version}`,
]

/** What finding the CLI depends on, in addition to the pins. */
export interface CliSurroundings {
  say(line: string): void
  env?: NodeJS.ProcessEnv
  /** Instead of the publisher's addresses. */
  from?: readonly string[]
  /** Instead of a download's default limits. */
  limits?: Partial<DownloadLimits>
  platform?: string
}

/**
 * The path of the Dagger CLI in the engine's version: the one that the environment names, the cached one, the installed
 * one, or the publisher's, fetched once and checked against its checksum. The SDK would ask its publisher's site at
 * every run, and fail when that is down. The cached one is checked against the same checksum at each use. Throws
 * `PREREQUISITE` if none can be had.
 */
export async function daggerCli({ cli }: Pick<Pins, 'cli'>, surroundings: CliSurroundings): Promise<string> {
  const { env = process.env, platform = hostPlatform(), say } = surroundings
  if (env[cliVariable]) return env[cliVariable]
  const directory = join(cacheDirectory(env), 'dagger', cli.version, platform.replace('/', '-'))
  const kept = { archive: join(directory, archiveName(cli.version, platform)), program: join(directory, 'dagger') }
  const digest = cli.archives[platform]
  const isKept = existsSync(kept.program) && digest !== undefined
  if (isKept && (await isWhole(kept, digest))) return kept.program
  if (await isInstalled(cli.version)) return 'dagger'
  if (isKept) say(`the Dagger CLI cached in ${directory} is not the pinned one; fetching it again`)
  if (digest === undefined)
    throw new DeliveryError(
      'PREREQUISITE',
      `no checksum is pinned for the Dagger CLI ${cli.version} on ${platform}`,
      `Install dagger ${cli.version}, and set ${cliVariable} to its path. On Windows use WSL.`,
    )
  await mkdir(directory, { recursive: true })
  const work = await mkdtemp(join(directory, 'unfinished-'))
  try {
    const archive = join(work, archiveName(cli.version, platform))
    await fetchArchive(archive, { cli }, surroundings)
    await requireDigest(archive, digest, { cli })
    await execa('tar', ['--extract', '--gzip', '--file', archive, '--directory', work, 'dagger'], {
      ...ownSurroundings(),
    })
    await rename(archive, kept.archive)
    await rename(join(work, 'dagger'), kept.program)
    say(`the Dagger CLI ${cli.version} is cached in ${directory}`)
    return kept.program
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function archiveName(version: string, platform: string): string {
  return `dagger_v${version}_${platform.replace('/', '_')}.tar.gz`
}

/**
 * Whether the cached archive is the pinned one, and the cached program the one in it. Neither is trusted by name: a
 * cache may come from less trusted jobs.
 */
async function isWhole(kept: { archive: string; program: string }, pinned: string): Promise<boolean> {
  // Before unpacking: a different archive might unpack without end.
  if ((await digestOfFile(kept.archive)) !== pinned) return false
  const tar = execa('tar', ['--extract', '--gzip', '--to-stdout', '--file', kept.archive, 'dagger'], {
    ...ownSurroundings(),
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    buffer: false,
  })
  const [inArchive, program, { exitCode }] = await Promise.all([
    digestOfStream(tar.stdout),
    digestOfFile(kept.program),
    tar,
  ])
  return exitCode === 0 && program === inArchive
}

/** The platform of this process, as Dagger names its archives. */
function hostPlatform(): string {
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
  { say, limits, from = sources(cli.version) }: CliSurroundings,
): Promise<void> {
  const faults = new Set<string>()
  // A second round in the same order: a short outage should not end the run.
  for (const source of [...from, ...from]) {
    const url = `${source}/${archive.slice(archive.lastIndexOf('/') + 1)}`
    say(`fetching the Dagger CLI ${cli.version} from ${new URL(url).host}, once ...`)
    try {
      return await download(url, archive, limits)
    } catch (error) {
      faults.add(`${new URL(url).host}: ${firstLine(error)}`)
    }
  }
  throw new DeliveryError(
    'PREREQUISITE',
    `failed to fetch the Dagger CLI ${cli.version} (${[...faults].join('; ')})`,
    `Check the network and its proxy, or install dagger ${cli.version} by hand and set ${cliVariable} to its path.`,
  )
}

async function requireDigest(archive: string, wanted: string, { cli }: Pick<Pins, 'cli'>): Promise<void> {
  const found = await digestOfFile(archive)
  if (found === wanted) return
  throw new DeliveryError(
    'PREREQUISITE',
    `expected the archive of the Dagger CLI ${cli.version} to have the pinned checksum ${wanted} (${confidence(cli.found)}), found ${found}; nothing from it was run`,
    `Check whether a proxy changed it. Otherwise install dagger ${cli.version} by hand, and set ${cliVariable} to its path.`,
  )
}
