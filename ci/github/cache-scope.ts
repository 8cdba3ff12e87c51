import { createHash, randomUUID } from 'node:crypto'
import { parseCacheScope, type CacheScope } from '../../src/stages/build/build.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Who could have written what a build finds in its caches. */
interface Writers {
  /** The repository: its host, and its number there, which is never reused. */
  repository: string
  /**
   * `trusted`: only reviewed code of a protected branch or tag. `writers`: anyone who can push to the repository.
   * Otherwise a pull request, or a single run.
   */
  who: string
}

/**
 * Which builds share cache mounts. What a build leaves in a cache must not reach a build that is trusted more, so a
 * scope names the repository and who can write to it, from the CI service's variables; never a branch, whose name
 * anybody can choose. If that is unknown, the scope is used once. On a developer's machine the source's `directory` is
 * the scope. Throws `USAGE` if a given name is not valid.
 */
export function cacheScope(given: string | undefined, env: Environment, directory = ''): CacheScope {
  if (given !== undefined) return parseCacheScope(given)
  const writers = onGithub(env) ?? onGitlab(env) ?? elsewhere(env, directory)
  return parseCacheScope(`${shortened(writers.repository)}/${shortened(writers.who)}`)
}

/** Two of these and a slash are a name. */
const longestPart = 90

/** A part of a name in the allowed characters. A long part is hashed: truncated, it could equal another with the same beginning. */
function shortened(part: string): string {
  const written = part.replaceAll(/[^\w./-]/g, '_')
  if (written.length <= longestPart) return written
  return `${written.slice(0, 25)}-${createHash('sha256').update(part).digest('hex')}`
}

/**
 * GitHub events that run the code at the run's ref. Anybody can trigger the others, or they run for a pull request with
 * a branch's permissions.
 */
const ofTheRef = new Set(['push', 'schedule', 'workflow_dispatch', 'repository_dispatch', 'release'])

function onGithub(env: Environment): Writers | undefined {
  const event = env['GITHUB_EVENT_NAME']
  if (!event) return undefined
  const repository = `github/${host(env['GITHUB_SERVER_URL'])}/${env['GITHUB_REPOSITORY_ID'] || env['GITHUB_REPOSITORY'] || once()}`
  const number = /^refs\/pull\/(\d+)\/(merge|head)$/.exec(env['GITHUB_REF'] ?? '')?.[1]
  if (event === 'pull_request' && number !== undefined) return { repository, who: `pull-request/${number}` }
  if (!ofTheRef.has(event)) return { repository, who: `run/${env['GITHUB_RUN_ID'] || once()}` }
  return { repository, who: env['GITHUB_REF_PROTECTED'] === 'true' ? 'trusted' : 'writers' }
}

/** GitLab pipeline sources that run the code at the ref. A child pipeline may belong to its parent's merge request. */
const ofTheBranch = new Set(['push', 'schedule', 'web', 'webide', 'api', 'trigger', 'pipeline'])

function onGitlab(env: Environment): Writers | undefined {
  const project = env['CI_PROJECT_ID']
  const request = env['CI_MERGE_REQUEST_IID']
  if (!project && !request && env['GITLAB_CI'] !== 'true') return undefined
  const repository = `gitlab/${host(env['CI_SERVER_URL'])}/${project || once()}`
  if (request) {
    const from = env['CI_MERGE_REQUEST_SOURCE_PROJECT_ID'] || 'unknown'
    return { repository, who: `merge-request/${env['CI_MERGE_REQUEST_PROJECT_ID'] || 'own'}/${request}/${from}` }
  }
  if (!ofTheBranch.has(env['CI_PIPELINE_SOURCE'] ?? ''))
    return { repository, who: `run/${env['CI_PIPELINE_ID'] || once()}` }
  return { repository, who: env['CI_COMMIT_REF_PROTECTED'] === 'true' ? 'trusted' : 'writers' }
}

/** Other CI services do not say for whom they build; a developer builds for nobody else. */
function elsewhere(env: Environment, directory: string): Writers {
  const isService = ['CI', 'BUILD_ID', 'BUILD_NUMBER', 'TF_BUILD', 'JENKINS_URL', 'TEAMCITY_VERSION'].some(
    (name) => env[name] && env[name] !== 'false',
  )
  if (isService) return { repository: 'ci', who: `run/${once()}` }
  return { repository: 'local', who: createHash('sha256').update(directory).digest('hex').slice(0, 16) }
}

function host(url: string | undefined): string {
  return /^https?:\/\/([^/?#]+)/.exec(url ?? '')?.[1] ?? 'unknown'
}

function once(): string {
  return randomUUID()
}
