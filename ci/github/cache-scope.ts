import { createHash, randomUUID } from 'node:crypto'
import { parseCacheScope, type CacheScope } from '../../src/stages/build/build.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Who could have written what a build leaves in its caches. */
interface Writers {
  /** Of the repository: where it is hosted, and its number there, which no other one ever gets. */
  repository: string
  /** `trusted`: only reviewed code of a protected branch or tag. `writers`: whoever may push to the repository. Otherwise a pull request, or a single run. */
  who: string
}

/**
 * Whose cache mounts a build shares. What one leaves in a cache must not end up in a build that more people trust, so a scope names the repository and who can write, by the
 * variables of the CI service; never a branch, whose name anybody can choose. Where that cannot be told, a scope is used once. On a person's machine it is the source's
 * `directory` that shares. Throws `USAGE` where a given name is none.
 */
export function cacheScope(given: string | undefined, env: Environment, directory = ''): CacheScope {
  if (given !== undefined) return parseCacheScope(given)
  const writers = onGithub(env) ?? onGitlab(env) ?? elsewhere(env, directory)
  return parseCacheScope(`${shortened(writers.repository)}/${shortened(writers.who)}`)
}

/** Two of these and a slash are a name. */
const longestPart = 90

/** A part of a name in the signs that one may have. What is too long is hashed: cut off, it would be that of others who begin alike. */
function shortened(part: string): string {
  const written = part.replaceAll(/[^\w./-]/g, '_')
  if (written.length <= longestPart) return written
  return `${written.slice(0, 25)}-${createHash('sha256').update(part).digest('hex')}`
}

/** Events of GitHub that run what lies on the ref of the run. Any other can be caused by anybody, or works for a pull request with the rights of a branch. */
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

/** Sources of pipelines of GitLab that run what lies on the ref. A child's pipeline may belong to a merge request of its parent. */
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

/** Another CI service does not say for whom it builds; a person builds for nobody else. */
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
