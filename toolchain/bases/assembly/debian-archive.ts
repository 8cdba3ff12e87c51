import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { AssembleContext } from '../../image.ts'
import { runDebianTool } from './run-debian-tool.ts'
import { sharedDirectory } from './shared-directory.ts'
import { sourceKey } from './source-key.ts'

export type DebianArchitecture = 'amd64' | 'arm64'

/** Debian 12, and 13 for the services that 12 has in an older version only. */
export type DebianRelease = 'bookworm' | 'trixie'

/** The suites that bases are assembled from. They include security updates: without them, an image would fail the gate it is built for. */
const SUITES = new Set(['bookworm', 'bookworm-updates', 'bookworm-security'])

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Package lists younger than this (in milliseconds) are reused, so that all bases of one run come from the same lists. */
const LISTS_FRESH_FOR = 6 * 60 * 60 * 1000

/** Debian's packages as this machine is set up to reach them, with lists and downloads kept apart from the machine's own. */
export interface DebianArchive {
  /** deb822 sources for the images, without credentials. */
  sources: string
  /** The directory for everything made from these package lists; it changes when the lists do. */
  directory: string
  /** Where apt keeps lists, caches and downloads. */
  state: string
}

const opened = new Map<string, Promise<DebianArchive>>()

/**
 * Opens the archive, and fetches the package lists when they are missing or out of date. An archive has all releases:
 * Debian 13 is taken from where the machine takes Debian 12.
 *
 * @throws when the machine has no source for Debian 12, or its archive keys are not installed.
 */
export function debianArchive(context: AssembleContext, release: DebianRelease = 'bookworm'): Promise<DebianArchive> {
  const home = join(context.shared, release === 'bookworm' ? 'debian' : `debian-${release}`)
  let archive = opened.get(home)
  if (archive === undefined) {
    archive = openArchive(context, release, home)
    opened.set(home, archive)
    archive.catch(() => opened.delete(home))
  }
  return archive
}

async function openArchive(context: AssembleContext, release: DebianRelease, home: string): Promise<DebianArchive> {
  if (!existsSync(KEYRING)) {
    throw new DeliveryError(
      'PREREQUISITE',
      `expected Debian's archive keys at ${KEYRING}, found none`,
      'Install the package debian-archive-keyring.',
    )
  }
  const targets = await runDebianTool(context, [
    'apt-get',
    'indextargets',
    '--no-release-info',
    '--format',
    '$(REPO_URI)|$(RELEASE)|$(COMPONENT)',
    'Created-By: Packages',
  ])
  const repositories = parseIndexTargets(targets).map(({ uri, suite }) => ({
    uri,
    suite: suite.replace('bookworm', release),
  }))
  const state = join(home, 'apt')
  for (const folder of [
    'etc/apt.conf.d',
    'etc/preferences.d',
    'etc/sources.list.d',
    'lists/partial',
    'log',
    'amd64/archives/partial',
    'arm64/archives/partial',
  ]) {
    await mkdir(join(state, folder), { recursive: true })
  }
  await writeFile(join(state, 'status'), '')
  await writeFile(join(state, 'etc/sources.list.d/debian.sources'), renderSources(repositories), { mode: 0o600 })
  await refreshLists(context, release, state, renderSources(repositories))

  const hash = createHash('sha256').update(sourceKey())
  const lists = (await readdir(join(state, 'lists'))).filter((name) => name.endsWith('InRelease')).sort()
  for (const list of lists) hash.update(await readFile(join(state, 'lists', list)))
  const id = hash.digest('hex').slice(0, 16)
  const directory = await sharedDirectory(join(home, `lists-${id}`), async () => {})
  for (const name of await readdir(home)) {
    if (name.startsWith('lists-') && name !== `lists-${id}`)
      await rm(join(home, name), { recursive: true, force: true })
  }
  return { sources: renderSources(repositories, { credentials: false }), directory, state }
}

async function refreshLists(
  context: AssembleContext,
  release: DebianRelease,
  state: string,
  sources: string,
): Promise<void> {
  const stamp = join(state, 'refreshed')
  const fresh =
    existsSync(stamp) &&
    (await readFile(stamp, 'utf8')) === sources &&
    Date.now() - (await stat(stamp)).mtimeMs < LISTS_FRESH_FOR
  if (fresh) return
  context.say(`fetching the lists of Debian packages (${release})`)
  await rm(stamp, { force: true })
  const configuration = await writeAptConfiguration(context, { state, architecture: 'amd64', alsoLists: ['arm64'] })
  await runDebianTool(context, ['apt-get', 'update', '--quiet', '--error-on=any'], {
    variables: { APT_CONFIG: configuration },
  })
  await writeFile(stamp, sources, { mode: 0o600 })
  const now = new Date()
  await utimes(stamp, now, now)
}

/** One suite of one archive. */
interface Repository {
  uri: string
  suite: string
}

/**
 * Picks Debian 12 out of what `apt-get indextargets` prints, one `uri|suite|component` a line.
 *
 * @throws when the release itself is not among the machine's sources.
 */
export function parseIndexTargets(targets: string): Repository[] {
  const found = new Map<string, Repository>()
  for (const line of targets.split('\n')) {
    const [uri, suite, component] = line.split('|')
    if (uri === undefined || suite === undefined || component !== 'main' || !SUITES.has(suite)) continue
    found.set(`${suite} ${uri}`, { uri, suite })
  }
  const repositories = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, repository]) => repository)
  for (const suite of ['bookworm', 'bookworm-security']) {
    if (!repositories.some((repository) => repository.suite === suite)) {
      throw new DeliveryError(
        'PREREQUISITE',
        `expected the component main of ${suite} among the apt sources of this machine, found none`,
        `Add the suite ${suite} of Debian 12 to /etc/apt/sources.list.d.`,
      )
    }
  }
  return repositories
}

/**
 * Writes repositories as deb822 sources that accept only what Debian's archive keys have signed.
 *
 * @param options.credentials `false` for sources that go into an image: user and password of an address are left out.
 */
export function renderSources(repositories: Repository[], options: { credentials?: boolean } = {}): string {
  const address = (uri: string) => (options.credentials === false ? uri.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1') : uri)
  return repositories
    .map(
      ({ uri, suite }) =>
        `Types: deb\nURIs: ${address(uri)}\nSuites: ${suite}\nComponents: main\nSigned-By: ${KEYRING}\n`,
    )
    .join('\n')
}

/**
 * Writes our own apt configuration and returns its path, for `APT_CONFIG`. How the machine reaches its archive (proxies, certificates,
 * credentials) is kept; its hooks, preferences, lists and package database are not touched.
 *
 * @param target.root when given, apt installs into that tree, and runs dpkg inside it.
 * @param target.alsoLists architectures whose lists `apt-get update` fetches as well.
 */
export async function writeAptConfiguration(
  context: AssembleContext,
  target: { state: string; architecture: DebianArchitecture; root?: string; alsoLists?: DebianArchitecture[] },
): Promise<string> {
  const { state, architecture, root } = target
  const acquire = await runDebianTool(context, ['apt-config', 'dump', 'Acquire'])
  const lines = [
    `Dir::Etc ${quoted(join(state, 'etc'))};`,
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
    `Dir::State ${quoted(state)};`,
    `Dir::State::lists ${quoted(join(state, 'lists'))};`,
    `Dir::Cache ${quoted(join(state, architecture))};`,
    `Dir::Log ${quoted(join(state, 'log'))};`,
    `Dir::State::status ${quoted(root === undefined ? join(state, 'status') : join(root, 'var/lib/dpkg/status'))};`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { ${[architecture, ...(target.alsoLists ?? [])].map((name) => `"${name}";`).join(' ')} };`,
    'APT::Install-Recommends "false";',
    // apt's download user may not enter a cache below root's home directory.
    'APT::Sandbox::User "root";',
    'Dpkg::Use-Pty "false";',
    'Acquire::Languages { "none"; };',
    ...networkSettings(acquire),
  ]
  if (root !== undefined) {
    lines.push(
      `Dir::State::extended_states ${quoted(join(root, 'var/lib/apt/extended_states'))};`,
      `Dir::Cache::archives ${quoted(join(root, 'var/cache/apt/archives'))};`,
      `DPkg::Chroot-Directory ${quoted(root)};`,
    )
  }
  const file = join(context.work, `apt-${root === undefined ? architecture : 'root'}.conf`)
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return file
}

/** The lines of `apt-config dump Acquire` that say how to reach the archive: proxies, certificates, retries, validity of lists. */
export function networkSettings(dump: string): string[] {
  return dump
    .split('\n')
    .filter(
      (line) =>
        /^Acquire::(http|https|ftp|tor|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|Max-ValidTime|Min-ValidTime|Queue-Mode)\b/i.test(
          line,
        ) && line.endsWith(';'),
    )
}

function quoted(value: string): string {
  if (/["\n]/.test(value)) {
    throw new DeliveryError(
      'USAGE',
      `expected a cache directory that apt's configuration can name, found ${JSON.stringify(value)}`,
      'Choose one without quotes.',
    )
  }
  return `"${value}"`
}
