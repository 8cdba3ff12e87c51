import { describe, expect, it } from 'vitest'
import { cacheScope } from '../../../../ci/github/cache-scope.ts'
import { scopeCaches } from '../../../../src/formats/dockerfile/dockerfile.ts'

describe('the scope of cache mounts', () => {
  it.each([
    [{}, 'trusted'],
    [{ GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }, 'trusted'],
    [{ GITHUB_EVENT_NAME: 'pull_request', GITHUB_REF: 'refs/pull/17/merge' }, 'pull-request/refs/pull/17/merge'],
    [
      {
        GITHUB_EVENT_NAME: 'pull_request_target',
        GITHUB_HEAD_REF: 'feature,id=trusted',
        GITHUB_REF: 'refs/heads/main',
      },
      'pull-request/feature_id_trusted',
    ],
    [{ GITHUB_EVENT_NAME: 'workflow_run' }, 'pull-request/unknown'],
    [{ CI_MERGE_REQUEST_IID: '4' }, 'merge-request/4'],
  ])('in the environment %j is %s [fault 45]', (env, scope) => {
    expect(cacheScope(undefined, env)).toBe(scope)
  })

  it('is what the caller says, where that is a name', () => {
    expect(cacheScope('nightly', { GITHUB_EVENT_NAME: 'pull_request' })).toBe('nightly')
    expect(() => cacheScope('a,id=b', {})).toThrow(/no name of a cache scope/)
  })

  it('is written into every cache mount of the Dockerfile, and into nothing else [fault 45]', () => {
    const text = [
      'FROM a',
      'RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=token pip install x',
      'RUN --network=none \\',
      '  # the compiler',
      '  --mount=type=cache,id=go,sharing=locked,dst=/c \\',
      '  --mount="target=/d,type=cache" go build --mount=type=cache',
      'COPY --from=b /a /a',
      '',
    ]
    expect(scopeCaches(text.join('\n'), 's').split('\n')).toEqual([
      text[0],
      'RUN --mount=type=cache,target=/root/.cache/pip,id=s//root/.cache/pip --mount=type=secret,id=token pip install x',
      text[2],
      text[3],
      '  --mount=type=cache,sharing=locked,dst=/c,id=s/go \\',
      '  --mount=target=/d,type=cache,id=s//d go build --mount=type=cache',
      text[6],
      '',
    ])
  })
})
