import { parseCacheScope, type CacheScope } from '../../src/stages/build/build.ts'

/**
 * Whose cache mounts a build shares. What a pull request leaves in a cache must not end up in a release, so each has a scope of its own, by the variables of the CI service.
 * Throws `USAGE` where a given name is none.
 */
export function cacheScope(given: string | undefined, env: Readonly<Record<string, string | undefined>>): CacheScope {
  return parseCacheScope(given ?? pullRequest(env)?.replaceAll(/[^\w./-]/g, '_') ?? 'trusted')
}

function pullRequest(env: Readonly<Record<string, string | undefined>>): string | undefined {
  // `pull_request_target` and `workflow_run` work for a pull request with the rights of the branch: no reason to trust its caches.
  if (/^(pull_request|workflow_run|merge_group)/.test(env['GITHUB_EVENT_NAME'] ?? ''))
    return `pull-request/${env['GITHUB_HEAD_REF'] || env['GITHUB_REF'] || 'unknown'}`
  const mergeRequest = env['CI_MERGE_REQUEST_IID']
  return mergeRequest ? `merge-request/${mergeRequest}` : undefined
}
