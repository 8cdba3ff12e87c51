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
  /** In place of what a download waits for and takes. */
  limits?: Partial<DownloadLimits>
  platform?: string
}

/**
 * The path of the Dagger CLI in the engine's version: the one that the environment names, the one that was kept, the one that is installed, or the publisher's,
 * fetched once and checked against its checksum. The SDK would ask its publisher's site at each run, and fail where that is away.
 * What was kept is checked again at each use, against the same checksum. Throws `PREREQUISITE` where it cannot be had.
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
  if (isKept) say(`the Dagger CLI that was kept in ${directory} is not the pinned one, and is fetched anew`)
  if (digest === undefined)
    throw new DeliveryError(
      'PREREQUISITE',
      `no checksum of the Dagger CLI ${cli.version} is pinned for ${platform}`,
      `Install dagger ${cli.version}, and name its path in ${cliVariable}. On Windows use WSL.`,
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
    say(`the Dagger CLI ${cli.version} is kept in ${directory}`)
    return kept.program
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function archiveName(version: string, platform: string): string {
  return `dagger_v${version}_${platform.replace('/', '_')}.tar.gz`
}

/** Whether the kept archive is the pinned one, and the kept program the one in it. Neither is believed by its name: a cache may come from jobs that are trusted less. */
async function isWhole(kept: { archive: string; program: string }, pinned: string): Promise<boolean> {
  // Before it is unpacked: another archive may unpack without end.
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
  // A second time in the same order: what is away for a moment ends nothing.
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
    `the Dagger CLI ${cli.version} cannot be fetched (${[...faults].join('; ')})`,
    `Check the network and its proxy, or install dagger ${cli.version} by hand and name its path in ${cliVariable}.`,
  )
}

async function requireDigest(archive: string, wanted: string, { cli }: Pick<Pins, 'cli'>): Promise<void> {
  const found = await digestOfFile(archive)
  if (found === wanted) return
  throw new DeliveryError(
    'PREREQUISITE',
    `the archive of the Dagger CLI ${cli.version} has the checksum ${found}, and ${wanted} is pinned (${confidence(cli.found)}); nothing of it was run`,
    `Look whether a proxy has changed it. Otherwise install dagger ${cli.version} by hand, and name its path in ${cliVariable}.`,
  )
}
