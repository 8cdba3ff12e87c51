import { describe, expect, it } from 'vitest'
import {
  actionCall,
  actionEvent,
  dockerConfig,
  ActionInputs,
  type ActionCall,
} from '../../../../ci/cli/action-inputs.ts'
import { readStepInputs } from '../../../../ci/cli/step-inputs.ts'
import { dockerfileBelow } from '../../../../ci/run/dockerfile-below.ts'

function callOf(environment: Record<string, string>, event = {}): ActionCall {
  return actionCall(readStepInputs(ActionInputs, environment), event)
}

describe('the inputs of the GitHub action', () => {
  it('judge the workspace and publish nothing where none is given', () => {
    expect(callOf({})).toEqual({
      source: '.',
      options: {
        output: 'loadline-report',
        platform: [],
        buildArg: [],
        label: [],
        buildSecret: [],
        tag: [],
        immutableTags: false,
        json: false,
        quiet: false,
        progress: 'plain',
      },
      environment: {},
    })
  })

  it('read lists as build-push-action does: platforms by commas or lines, build arguments and labels by lines', () => {
    const { source, options } = callOf({
      INPUT_CONTEXT: 'services/shop',
      INPUT_PLATFORMS: 'linux/amd64, linux/arm64\n',
      INPUT_BUILD_ARGS: '\nA=1,2\n B=x y\n',
      INPUT_LABELS: 'team=shop',
      INPUT_TARGET: 'final',
    })
    expect({ source, options }).toMatchObject({
      source: 'services/shop',
      options: {
        platform: ['linux/amd64', 'linux/arm64'],
        buildArg: ['A=1,2', 'B=x y'],
        label: ['team=shop'],
        target: 'final',
      },
    })
  })

  it('keep build secrets out of everything that is said', () => {
    const { options, environment } = callOf({
      INPUT_SECRETS: 'token=s3cret=\nother=x',
      INPUT_SECRET_ENVS: 'npm=NPM_TOKEN',
      INPUT_SECRET_FILES: 'ca=/etc/ca.pem',
    })
    expect(options.buildSecret).toEqual([
      'token=env:LOADLINE_BUILD_SECRET_0',
      'other=env:LOADLINE_BUILD_SECRET_1',
      'npm=env:NPM_TOKEN',
      'ca=file:/etc/ca.pem',
    ])
    expect(environment).toEqual({ LOADLINE_BUILD_SECRET_0: 's3cret=', LOADLINE_BUILD_SECRET_1: 'x' })
    expect(JSON.stringify(options)).not.toContain('s3cret')
    expect(() => callOf({ INPUT_SECRETS: 's3cret' })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.not.stringContaining('s3cret') }),
    )
    expect(() => callOf({ INPUT_SECRETS: '"key=s3cret\nsecond line"' })).toThrow('not id=value')
  })

  it('publish whole references to one repository, as build-push-action does', () => {
    const { options } = callOf({ INPUT_PUSH: 'true', INPUT_TAGS: 'ghcr.io/acme/shop:1.4.0, ghcr.io/acme/shop' })
    expect(options).toMatchObject({
      publish: 'ghcr.io/acme/shop',
      tag: ['type=raw,value=1.4.0', 'type=raw,value=latest'],
    })
  })

  it('publish an image by rules, as metadata-action does', () => {
    expect(
      callOf({
        INPUT_PUSH: 'true',
        INPUT_IMAGES: 'ghcr.io/acme/shop',
        INPUT_TAGS: 'type=semver,pattern={{major}}.{{minor}}\ntype=sha',
      }).options,
    ).toMatchObject({ publish: 'ghcr.io/acme/shop', tag: ['type=semver,pattern={{major}}.{{minor}}', 'type=sha'] })
    expect(callOf({ INPUT_PUSH: 'true', INPUT_IMAGES: 'ghcr.io/acme/shop' }).options).toMatchObject({
      publish: 'ghcr.io/acme/shop',
      tag: [],
    })
  })

  it.each([
    [{ INPUT_TAGS: '' }, 'neither images nor tags'],
    [{ INPUT_TAGS: 'ghcr.io/acme/shop:1, ghcr.io/acme/other:1' }, 'expected one repository for the image'],
    [{ INPUT_IMAGES: 'ghcr.io/acme/shop\nghcr.io/acme/other' }, 'expected one repository for the image'],
    [{ INPUT_TAGS: 'not a reference' }, 'is not a registry/repository'],
    [{ INPUT_TAGS: 'ghcr.io/acme/shop:1', INPUT_PASSWORD: 'p' }, 'without a username'],
  ])('refuse %j', (environment, message) => {
    expect(() => callOf({ INPUT_PUSH: 'true', ...environment })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    )
  })

  it('take true and false only for what is either', () => {
    expect(() => readStepInputs(ActionInputs, { INPUT_PUSH: 'yes' })).toThrow('the input push: expected true or false')
  })

  it('log in to the registry that is published to, or to the one that is named', () => {
    const login = { INPUT_PUSH: 'true', INPUT_IMAGES: 'ghcr.io/acme/shop', INPUT_USERNAME: 'u', INPUT_PASSWORD: 'p' }
    expect(callOf(login).login).toEqual({ registry: 'ghcr.io', username: 'u', password: 'p' })
    expect(callOf({ ...login, INPUT_REGISTRY: 'other.example' }).login?.registry).toBe('other.example')
    expect(JSON.parse(dockerConfig({ registry: 'docker.io', username: 'u', password: 'p:q' }))).toEqual({
      auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('u:p:q').toString('base64') } },
    })
  })

  it('name a key by its variable, and sign only what is published', () => {
    const key = { INPUT_COSIGN_PRIVATE_KEY: 'k', INPUT_COSIGN_PASSWORD: 'p' }
    expect(callOf({ ...key, INPUT_PUSH: 'true', INPUT_IMAGES: 'ghcr.io/acme/shop' })).toMatchObject({
      options: { key: 'env:COSIGN_PRIVATE_KEY' },
      environment: { COSIGN_PRIVATE_KEY: 'k', COSIGN_PASSWORD: 'p' },
    })
    expect(callOf(key).options.key).toBeUndefined()
  })

  it('withhold everything from a job without credentials, and say why [fault 56]', () => {
    const { options, login } = callOf(
      { INPUT_PUSH: 'true', INPUT_IMAGES: 'ghcr.io/acme/shop', INPUT_USERNAME: 'somebody', INPUT_KEYLESS: 'true' },
      { withoutCredentials: 'because' },
    )
    expect({ withheld: options.withheld, publish: options.publish, keyless: options.keyless, login }).toEqual({
      withheld: 'because',
      publish: 'ghcr.io/acme/shop',
      keyless: undefined,
      login: undefined,
    })
  })
})

describe('the event of a GitHub job', () => {
  const environment = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'acme/shop', GITHUB_ACTOR: 'somebody' }
  const from = (repo: unknown) => ({ pull_request: { head: { repo } } })

  it.each([
    ['a branch of the same repository', environment, from({ full_name: 'acme/shop' }), undefined],
    ['a fork', environment, from({ full_name: 'other/shop' }), 'forks'],
    ['a fork that is gone', environment, from(null), 'forks'],
    ['Dependabot', { ...environment, GITHUB_ACTOR: 'dependabot[bot]' }, from({ full_name: 'acme/shop' }), 'Dependabot'],
    ['a push', { ...environment, GITHUB_EVENT_NAME: 'push' }, {}, undefined],
    ['no GitHub', {}, undefined, undefined],
  ] as const)('of %s tells whether there can be credentials', (_, env, payload, expected) => {
    const { withoutCredentials } = actionEvent(env, payload)
    expect(String(withoutCredentials)).toMatch(expected ?? /^undefined$/)
  })
})

describe('a comment on the pull request', () => {
  const token = { INPUT_COMMENT_TOKEN: 'canary' }
  const event = (repository: string) =>
    actionEvent(
      { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'acme/shop' },
      { pull_request: { number: 7, head: { repo: { full_name: repository } } } },
    )
  const told = { LOADLINE_COMMENT_TOKEN: 'canary', LOADLINE_COMMENT_PULL_REQUEST: '7' }

  it('is asked for by a token, in a job for one that may write', () => {
    expect(callOf(token, event('acme/shop')).environment).toMatchObject(told)
  })

  it.each([
    ['for a push', token, actionEvent({ GITHUB_EVENT_NAME: 'push' }, {})],
    ['for a pull request from a fork', token, event('mallory/shop')],
    ['without a token', {}, event('acme/shop')],
  ])('is not made %s', (_, inputs, given) => {
    expect(Object.keys(callOf(inputs, given).environment)).toEqual([])
  })
})

describe('a Dockerfile that is named from the working directory', () => {
  it('is a path below the source', () => {
    expect(dockerfileBelow('services/shop', 'services/shop/docker/Dockerfile')).toBe('docker/Dockerfile')
  })

  it('is refused outside of it', () => {
    expect(() => dockerfileBelow('services/shop', 'Dockerfile')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
