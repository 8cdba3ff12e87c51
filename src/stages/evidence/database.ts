import { dag, type Container, type Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Database, Lock } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { parseDatabaseSummary } from '../../tools/advisories/output.ts'
import { lastLines, runTool } from '../../engine/run-tool.ts'
import { ownToolImage, toolImage } from '../../engine/tool-image.ts'
import { downloadDatabase, downloadJavaIndex } from '../../tools/trivy/command.ts'
import { mayRepeatDownload } from '../../tools/trivy/output.ts'
import { fresh } from '../../engine/fresh.ts'
import { retry, ServiceAway } from '../../engine/retry.ts'

/** Trivy's own mirrors, tried in this order: https://trivy.dev/docs/latest/configuration/db/ */
const officialRepositories = [
  'mirror.gcr.io/aquasec/trivy-db:2',
  'ghcr.io/aquasecurity/trivy-db:2',
  'public.ecr.aws/aquasecurity/trivy-db:2',
]

const officialJavaIndexes = [
  'mirror.gcr.io/aquasec/trivy-java-db:1',
  'ghcr.io/aquasecurity/trivy-java-db:1',
  'public.ecr.aws/aquasecurity/trivy-java-db:1',
]

/** A vulnerability database to scan with. */
export interface OpenDatabase {
  /** Holds `db/trivy.db` and `db/metadata.json`, and `java-db` if given. */
  cache: Directory
  facts: Database
}

/** The caller's database: a directory, or a reference to an artifact in a registry. */
export type GivenDatabase = { directory: Directory } | { reference: string }

/**
 * Finds the database, mounts it and reads its facts. Throws `DATABASE` if there is none, or it is damaged: then nothing
 * is scanned. In this order: the given one; the examples' own, if the policy accepts it and the lock file has it; the
 * official one.
 */
export async function openDatabase(
  given: GivenDatabase | undefined,
  policy: Policy,
  lock: Lock,
): Promise<OpenDatabase> {
  if (given !== undefined) {
    const cache = 'directory' in given ? await layout(given.directory) : await download(lock, [given.reference])
    return { cache, facts: await readFacts(cache, 'given', lock) }
  }
  if (policy.database.accept.includes('example') && lock.exampleDatabase !== undefined) {
    const cache = dag.container().from(lock.exampleDatabase.reference).rootfs()
    return { cache, facts: await readFacts(cache, 'example', lock) }
  }
  if (lock.mode === 'sealed') {
    throw new DeliveryError(
      'DATABASE',
      'no vulnerability database was given, and the official one cannot be fetched on this sealed network: nothing was scanned for vulnerabilities',
      'Pass one with --vulnerability-database (a directory with db/trivy.db and db/metadata.json, or a registry reference).',
    )
  }
  const cache = await download(lock, officialRepositories)
  return { cache, facts: await readFacts(cache, 'official', lock) }
}

/** Accepts the cache directory itself or its `db` directory. */
async function layout(directory: Directory): Promise<Directory> {
  const entries = await directory.entries()
  if (entries.some((entry) => entry.replace(/\/$/, '') === 'db')) return directory
  if (entries.includes('trivy.db')) return dag.directory().withDirectory('db', directory)
  throw new DeliveryError(
    'DATABASE',
    `expected db/trivy.db in the given vulnerability database, found ${entries.slice(0, 5).join(', ') || 'nothing'}`,
    'Give a directory with trivy.db and metadata.json in it, or one with these in db/.',
  )
}

async function download(lock: Lock, repositories: readonly string[]): Promise<Directory> {
  const run = await fetched('the vulnerability database', repositories, lock, downloadDatabase)
  return dag.directory().withDirectory('db', run.directory('/cache/db'))
}

/**
 * The index with which Trivy identifies Java archives without metadata, for images that have archives: it is ten times
 * as large as the database. A given database has its own, and the examples' has none. Throws `DATABASE`.
 */
export async function openJavaIndex({ facts }: OpenDatabase, lock: Lock): Promise<Directory> {
  if (facts.coverage !== 'official') {
    throw new DeliveryError(
      'DATABASE',
      `the image has Java archives, but ${facts.name} comes without the index that identifies them: nothing was scanned for vulnerabilities`,
      'Pass both with --vulnerability-database: a directory with db, and with java-db/trivy-java.db and java-db/metadata.json as written by "trivy image --download-java-db-only".',
    )
  }
  const run = await fetched('the index of Java archives', officialJavaIndexes, lock, downloadJavaIndex)
  return run.directory('/cache/java-db')
}

async function fetched(
  what: string,
  mirrors: readonly string[],
  lock: Lock,
  command: typeof downloadDatabase,
): Promise<Container> {
  const tool = await toolImage(lock, 'trivy')
  const { container } = await retry({ attempts: 3 }, () =>
    downloadFromOne(what, mirrors, (repository) =>
      runTool('trivy', fresh(tool.container), command({ program: tool.program, cache: '/cache', repository })),
    ),
  )
  return container
}

/**
 * Asks one mirror after the other until one has the database. Trivy, if given several, asks the next one only after
 * certain answers, and not if one cannot be reached at all. Throws `DATABASE` with each one's answer: a ServiceAway if
 * one is busy or does not answer, because another attempt may help.
 */
export async function downloadFromOne<T extends { exitCode: number; stderr: string }>(
  what: string,
  mirrors: readonly string[],
  ask: (mirror: string) => Promise<T>,
): Promise<T> {
  const refused: Array<{ mirror: string; stderr: string }> = []
  for (const mirror of mirrors) {
    const run = await ask(mirror)
    if (run.exitCode === 0) return run
    refused.push({ mirror, stderr: run.stderr })
  }
  const Failure = refused.some(({ stderr }) => mayRepeatDownload(stderr)) ? ServiceAway : DeliveryError
  throw new Failure(
    'DATABASE',
    `failed to download ${what} from ${refused.map(({ mirror, stderr }) => `${mirror} (${lastLines(stderr, 1).trim() || 'no reason given'})`).join(', ')}`,
    'Check that one of the mirrors can be reached, or pass a database with --vulnerability-database. Nothing was scanned for vulnerabilities.',
  )
}

async function readFacts(cache: Directory, coverage: Database['coverage'], lock: Lock): Promise<Database> {
  const tool = await ownToolImage(lock, 'advisories')
  const run = await runTool('advisories', tool.container.withMountedDirectory('/database', cache.directory('db')), [
    tool.program,
    'digest',
    '/database',
  ])
  if (run.exitCode !== 0) {
    throw new DeliveryError(
      'DATABASE',
      `failed to read the vulnerability database: ${lastLines(run.stderr, 2)}`,
      'Fetch it again: it is damaged, or it is not a Trivy database of schema version 2.',
    )
  }
  const { name, ...summary } = parseDatabaseSummary(run.stdout)
  return { name: name ?? (coverage === 'given' ? 'given database' : 'trivy-db'), coverage, ...summary }
}
