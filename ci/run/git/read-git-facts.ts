import { realpath } from 'node:fs/promises'
import { DeliveryError } from '../../../src/model/errors.ts'
import { GitFacts } from '../../../src/model/index.ts'
import { eventOf, publicRemoteUrl } from '../../../src/image-metadata/index.ts'
import { findRepository } from './find-repository.ts'
import { GitFault, withOwnRepository, type Configuration, type OwnRepository } from './own-repository.ts'
import { hasChanges } from './work-tree.ts'

/**
 * What git knows about a source directory; nothing if the directory is not in a repository, or has no commit yet. No
 * configuration of the repository, the user or the system is applied, and no program other than git runs. `say` reports a
 * repository that is not trusted. Throws `SOURCE` if it is broken.
 */
export async function readGitFacts(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<GitFacts | undefined> {
  const repository = await findRepository(directory)
  if (repository === undefined) return undefined
  if ('refused' in repository) {
    say(`not asking git about ${directory} (${repository.refused}): labels, tags and provenance will name no commit`)
    return undefined
  }
  try {
    const physical = await realpath(directory)
    return await withOwnRepository(repository, async (own) => {
      const revision = await headOf(own)
      return revision === undefined
        ? undefined
        : factsOf(own, revision, await hasChanges(own.ask, repository.workTree, physical), environment)
    })
  } catch (error) {
    if (!(error instanceof GitFault)) throw error
    throw new DeliveryError(
      'SOURCE',
      `failed to read the git repository of ${directory}: ${error.message}`,
      'Fix the repository: an image must not name a commit that could not be read.',
      { cause: error },
    )
  }
}

/** The address of the remote "origin", without credentials; undefined if there is none. */
export async function readOrigin(directory: string): Promise<string | undefined> {
  const repository = await findRepository(directory)
  if (repository === undefined || 'refused' in repository) return undefined
  return withOwnRepository(repository, async ({ configuration }) => originOf(configuration)).catch(() => undefined)
}

/** The checked-out commit; undefined if there is none yet. */
async function headOf({ ask }: OwnRepository): Promise<string | undefined> {
  const name = (await ask(['symbolic-ref', '--quiet', 'HEAD']).catch(() => '')).trim()
  if (name !== '' && (await ask(['for-each-ref', '--format=%(objectname)', name])).trim() === '') return undefined
  return (await ask(['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
}

async function factsOf(
  { ask, configuration, shallow }: OwnRepository,
  revision: string,
  dirty: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GitFacts> {
  const branchName = (await ask(['symbolic-ref', '--short', '--quiet', 'HEAD']).catch(() => '')).trim()
  const tags = await tagNames(ask, '--sort=-version:refname', `--points-at=${revision}`)
  const allTags = await tagNames(ask)
  const event = eventOf(environment)
  const repository = originOf(configuration)
  const branch = branchName || event.branch
  const tagsMissing = whyTagsMayBeMissing(configuration, shallow, allTags)
  return GitFacts.parse({
    revision,
    committedAt: commitTime(await ask(['cat-file', 'commit', revision])),
    tags,
    ...(tagsMissing === undefined ? { allTags } : { tagsMissing }),
    dirty,
    ...(repository === undefined ? {} : { repository }),
    ...(branch === undefined ? {} : { branch }),
    ...(event.pullRequest === undefined ? {} : { pullRequest: event.pullRequest }),
  })
}

async function tagNames(ask: OwnRepository['ask'], ...how: string[]): Promise<string[]> {
  const listed = await ask(['for-each-ref', '--format=%(refname)', ...how, 'refs/tags/'])
  return listed
    .split('\n')
    .filter((line) => line.startsWith('refs/tags/'))
    .map((line) => line.slice('refs/tags/'.length))
}

function commitTime(commit: string): string {
  const [, seconds] = /^committer .* (-?\d+) [+-]\d{4}$/m.exec(commit.split('\n\n', 1)[0] ?? '') ?? []
  const moment = new Date(Number(seconds) * 1000)
  if (seconds === undefined || Number.isNaN(moment.getTime()) || moment.getUTCFullYear() > 9999)
    throw new GitFault("its commit's time cannot be read")
  return moment.toISOString()
}

function originOf(configuration: Configuration): string | undefined {
  const url = configuration.get('remote.origin.url')?.at(-1)
  return url === undefined ? undefined : publicRemoteUrl(url)
}

/** Why this clone may lack tags that its origin has; undefined if it was made with all of them, or has no origin. */
function whyTagsMayBeMissing(
  configuration: Configuration,
  shallow: boolean,
  tags: readonly string[],
): string | undefined {
  if (shallow) return 'the clone is shallow'
  const remotes = [...configuration.keys()].flatMap((name) => /^remote\.(.+)\.url$/s.exec(name)?.slice(1, 2) ?? [])
  if (remotes.length === 0) return undefined
  if (tags.length === 0) return 'the clone has no tags'
  const whole = remotes.filter((remote) =>
    (configuration.get(`remote.${remote}.fetch`) ?? []).some((spec) => /^\+?refs\/(heads\/)?\*:/.test(spec)),
  )
  if (whole.length === 0) return 'the clone has a single branch'
  return whole.every((remote) => configuration.get(`remote.${remote}.tagopt`)?.at(-1) === '--no-tags')
    ? 'the clone was made without tags'
    : undefined
}
