import { describe, expect, it } from 'vitest'
import { cacheScope } from '../../../../ci/github/cache-scope.ts'

describe('the scope of cache mounts', () => {
  const github = (event: string, others: Record<string, string> = {}) => ({
    CI: 'true',
    GITHUB_EVENT_NAME: event,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REPOSITORY_ID: '123',
    GITHUB_RUN_ID: '9',
    ...others,
  })
  const gitlab = (source: string, others: Record<string, string> = {}) => ({
    CI: 'true',
    GITLAB_CI: 'true',
    CI_SERVER_URL: 'https://git.example.com:8443',
    CI_PROJECT_ID: '55',
    CI_PIPELINE_ID: '77',
    CI_PIPELINE_SOURCE: source,
    ...others,
  })
  const isProtected = { GITHUB_REF: 'refs/heads/main', GITHUB_REF_PROTECTED: 'true' }
  const own = 'github/github.com/123'

  it.each([
    [github('push', isProtected), `${own}/trusted`],
    [github('schedule', isProtected), `${own}/trusted`],
    [github('workflow_dispatch', isProtected), `${own}/trusted`],
    [github('release', { GITHUB_REF: 'refs/tags/v1', GITHUB_REF_PROTECTED: 'true' }), `${own}/trusted`],
    [github('push', { GITHUB_REF: 'refs/heads/feature', GITHUB_REF_PROTECTED: 'false' }), `${own}/writers`],
    [github('push', { GITHUB_REF: 'refs/tags/v1', GITHUB_REF_PROTECTED: 'false' }), `${own}/writers`],
    [github('push', { GITHUB_REF: 'refs/heads/trusted' }), `${own}/writers`],
    [github('pull_request', { GITHUB_REF: 'refs/pull/17/merge', GITHUB_HEAD_REF: 'main' }), `${own}/pull-request/17`],
    [gitlab('push', { CI_COMMIT_REF_PROTECTED: 'true' }), 'gitlab/git.example.com_8443/55/trusted'],
    [gitlab('push', { CI_COMMIT_REF_PROTECTED: 'false' }), 'gitlab/git.example.com_8443/55/writers'],
    [
      gitlab('merge_request_event', {
        CI_COMMIT_REF_PROTECTED: 'true',
        CI_MERGE_REQUEST_IID: '4',
        CI_MERGE_REQUEST_PROJECT_ID: '55',
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '99',
      }),
      'gitlab/git.example.com_8443/55/merge-request/55/4/99',
    ],
  ])('in the environment %j is %s [faults 45, 81]', (env, scope) => {
    expect(cacheScope(undefined, env)).toBe(scope)
  })

  const anybody =
    'pull_request_target workflow_run issue_comment issues merge_group discussion_comment fork watch check_run deployment_status an_event_of_tomorrow'
  it.each(anybody.split(' '))(
    'of the event %s, which anybody can cause, is used in that run alone, whatever the branch is protected by [fault 81]',
    (event) => {
      const env = github(event, isProtected)
      expect(cacheScope(undefined, env)).toBe(`${own}/run/9`)
      const { GITHUB_RUN_ID: _, ...without } = env
      expect(cacheScope(undefined, without)).not.toBe(cacheScope(undefined, without))
    },
  )

  it.each(['parent_pipeline', 'external_pull_request_event', 'chat', 'a_source_of_tomorrow', ''])(
    'of the source %j of a pipeline is used in that pipeline alone [fault 81]',
    (source) => {
      const env = gitlab(source, { CI_COMMIT_REF_PROTECTED: 'true' })
      expect(cacheScope(undefined, env)).toBe('gitlab/git.example.com_8443/55/run/77')
    },
  )

  it('is never shared by name: forks, branches and repositories may be called the same [fault 81]', () => {
    const named = { GITHUB_HEAD_REF: 'main', GITHUB_REF_NAME: 'main', CI_COMMIT_REF_NAME: 'main' }
    const scopes = [
      github('push', { ...isProtected, ...named }),
      github('push', { ...named }),
      github('push', { ...isProtected, ...named, GITHUB_REPOSITORY_ID: '124' }),
      github('push', { ...isProtected, ...named, GITHUB_SERVER_URL: 'https://github.example.com' }),
      github('pull_request', { GITHUB_REF: 'refs/pull/1/merge', ...named }),
      github('pull_request', { GITHUB_REF: 'refs/pull/2/merge', ...named }),
      github('pull_request', { GITHUB_REF: 'refs/pull/1/merge', ...named, GITHUB_REPOSITORY_ID: '124' }),
      gitlab('push', { CI_COMMIT_REF_PROTECTED: 'true', ...named }),
      gitlab('push', { CI_COMMIT_REF_PROTECTED: 'true', ...named, CI_PROJECT_ID: '56' }),
      gitlab('merge_request_event', { CI_MERGE_REQUEST_IID: '1', CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '1' }),
      gitlab('merge_request_event', { CI_MERGE_REQUEST_IID: '1', CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2' }),
    ].map((env) => cacheScope(undefined, env))
    expect(new Set(scopes).size).toBe(scopes.length)
  })

  it('on a person’s machine belongs to the directory of the source, and to one run of a CI service that does not say for whom it builds [fault 81]', () => {
    expect(cacheScope(undefined, {}, '/home/a/shop')).toMatch(/^local\/[0-9a-f]{16}$/)
    expect(cacheScope(undefined, {}, '/home/a/shop')).toBe(cacheScope(undefined, { CI: 'false' }, '/home/a/shop'))
    expect(cacheScope(undefined, {}, '/home/a/shop')).not.toBe(cacheScope(undefined, {}, '/home/a/unpacked'))
    for (const env of [{ CI: 'true' }, { JENKINS_URL: 'https://ci.example.com' }, { TF_BUILD: 'True' }])
      expect(cacheScope(undefined, env, '/w')).not.toBe(cacheScope(undefined, env, '/w'))
  })

  it('says who may write, and where, however long the names are [faults 45, 81]', () => {
    const long = (end: string) => `https://${'a.'.repeat(110)}example.${end}`
    const scopes = ['com', 'org']
      .flatMap((end) => [
        github('push', { ...isProtected, GITHUB_SERVER_URL: long(end) }),
        github('push', { GITHUB_SERVER_URL: long(end) }),
        github('pull_request', { GITHUB_REF: 'refs/pull/1/merge', GITHUB_SERVER_URL: long(end) }),
        github('pull_request', { GITHUB_REF: `refs/pull/${'1'.repeat(300)}/merge`, GITHUB_SERVER_URL: long(end) }),
        github('pull_request', { GITHUB_REF: `refs/pull/${'1'.repeat(301)}/merge`, GITHUB_SERVER_URL: long(end) }),
        gitlab('push', { CI_COMMIT_REF_PROTECTED: 'true', CI_SERVER_URL: long(end) }),
        gitlab('push', { CI_SERVER_URL: long(end) }),
        gitlab('merge_request_event', {
          CI_MERGE_REQUEST_IID: '1',
          CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2',
          CI_SERVER_URL: long(end),
        }),
      ])
      .map((env) => cacheScope(undefined, env))
    expect(new Set(scopes).size).toBe(scopes.length)
    expect(scopes[0]).toMatch(/^github\/[\w.-]+\/trusted$/)
    for (const scope of scopes) expect(scope.length).toBeLessThanOrEqual(200)
  })

  it('is what the caller says, where that is a name', () => {
    expect(cacheScope('nightly', { GITHUB_EVENT_NAME: 'pull_request' })).toBe('nightly')
    expect(() => cacheScope('a,id=b', {})).toThrow(/not a valid name for a cache scope/)
    // As long as it may be is a name; a longer one is refused, and never cut.
    expect(cacheScope('a'.repeat(200), {})).toHaveLength(200)
    expect(() => cacheScope('a'.repeat(201), {})).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('at most 200') }),
    )
  })
})
