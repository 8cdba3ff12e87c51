import { z } from 'zod'
import { DeliveryError } from '../../src/model/errors.ts'
import { parseImageReference, type ImageReference } from '../../src/formats/image-reference.ts'
import { commentVariables } from '../github/step.ts'
import type { CommandLineOptions } from '../run/build-and-scan-options.ts'

const text = z.string().default('')
const flag = z.enum(['', 'true', 'false'], 'true or false').default('')

/**
 * The inputs of action.yml, spelled as docker/build-push-action, docker/metadata-action and docker/login-action spell theirs
 * (https://docs.docker.com/build/ci/github-actions/). Omitted inputs are empty, as GitHub passes them.
 */
export const ActionInputs = z.strictObject({
  context: text,
  file: text,
  target: text,
  platforms: text,
  'build-args': text,
  labels: text,
  secrets: text,
  'secret-envs': text,
  'secret-files': text,
  ssh: z.union([z.enum(['', 'default']), z.string().regex(/^default=./)], 'default, or default=PATH').default(''),
  push: flag,
  images: text,
  tags: text,
  registry: text,
  username: text,
  password: text,
  policy: text,
  organisation: text,
  baseline: text,
  'baseline-release': text,
  'known-exploited': text,
  'exploit-prediction': text,
  'vulnerability-database': text,
  lock: text,
  version: text,
  'immutable-tags': flag,
  'cosign-private-key': text,
  'cosign-password': text,
  keyless: flag,
  'signing-config': text,
  'trusted-root': text,
  'comment-token': text,
  engine: text,
  output: text,
})
export type ActionInputs = z.infer<typeof ActionInputs>

/** The options of a command-line call, with the values that must not appear there. */
export interface ActionCall {
  source: string
  options: CommandLineOptions
  /** Environment variables that the options name. */
  environment: Record<string, string>
  /** For the registry, if the workflow gives them. */
  login?: { registry: string; username: string; password: string }
}

/** What GitHub says about why the step runs. */
export interface ActionEvent {
  /** Why this job legitimately has no credentials; undefined if it can have them. */
  withoutCredentials?: string
  /** Number of the pull request for which it runs; undefined if there is none. */
  pullRequest?: number
}

/** Turns the inputs into a call. Throws `USAGE` when they contradict each other. */
export function actionCall(inputs: ActionInputs, { withoutCredentials, pullRequest }: ActionEvent): ActionCall {
  const source = inputs.context || '.'
  const push = inputs.push === 'true'
  const publication = push ? publicationOf(inputs) : undefined
  const secrets = lines(inputs.secrets).map((entry, index) => ({
    ...keyValue(entry, 'secrets'),
    variable: `LOADLINE_BUILD_SECRET_${index}`,
  }))
  const signing = inputs['cosign-private-key'] !== '' || inputs.keyless === 'true'
  const withheld = push && withoutCredentials !== undefined ? withoutCredentials : undefined
  return {
    source,
    options: {
      output: inputs.output || 'loadline-report',
      platform: list(inputs.platforms),
      buildArg: lines(inputs['build-args']),
      label: lines(inputs.labels),
      buildSecret: [
        ...secrets.map(({ name, variable }) => `${name}=env:${variable}`),
        ...lines(inputs['secret-envs']).map((entry) => pair(entry, 'secret-envs', 'env')),
        ...lines(inputs['secret-files']).map((entry) => pair(entry, 'secret-files', 'file')),
      ],
      tag: publication?.tagRules ?? [],
      immutableTags: push && inputs['immutable-tags'] === 'true',
      json: false,
      quiet: false,
      progress: 'plain',
      ...given({
        file: inputs.file,
        target: inputs.target,
        policy: inputs.policy,
        organisation: inputs.organisation,
        baseline: inputs.baseline,
        baselineRelease: inputs['baseline-release'],
        knownExploited: inputs['known-exploited'],
        ssh: inputs.ssh.replace(/^default$/, 'env:SSH_AUTH_SOCK').replace(/^default=/, 'file:'),
        exploitPrediction: inputs['exploit-prediction'],
        vulnerabilityDatabase: inputs['vulnerability-database'],
        lock: inputs.lock,
        version: inputs.version,
        engine: inputs.engine,
        publish: publication?.reference ?? '',
      }),
      ...(withheld === undefined ? {} : { withheld }),
      ...(push && signing && withheld === undefined ? signerOf(inputs) : {}),
    },
    environment: {
      ...Object.fromEntries(secrets.map(({ variable, value }) => [variable, value])),
      ...(pullRequest === undefined || withoutCredentials !== undefined || inputs['comment-token'] === ''
        ? {}
        : { [commentVariables.token]: inputs['comment-token'], [commentVariables.number]: String(pullRequest) }),
      ...given({ COSIGN_PRIVATE_KEY: inputs['cosign-private-key'], COSIGN_PASSWORD: inputs['cosign-password'] }),
    },
    ...(withheld === undefined ? loginOf(inputs, publication?.registry) : {}),
  }
}

function signerOf(inputs: ActionInputs): Pick<CommandLineOptions, 'key' | 'keyless' | 'signingConfig' | 'trustedRoot'> {
  return {
    ...(inputs['cosign-private-key'] === '' ? {} : { key: 'env:COSIGN_PRIVATE_KEY' }),
    ...(inputs.keyless === 'true' ? { keyless: true } : {}),
    ...given({ signingConfig: inputs['signing-config'], trustedRoot: inputs['trusted-root'] }),
  }
}

interface PublicationInputs {
  reference: string
  registry: string
  tagRules?: string[]
}

/**
 * build-push-action has whole references in `tags`; metadata-action has repositories in `images` and rules in `tags`.
 * Both are understood.
 */
function publicationOf({ images, tags }: ActionInputs): PublicationInputs {
  const hint = 'Set images to registry/repository and tags to rules, or tags to whole references to one repository.'
  const repositories = list(images)
  if (repositories.length > 1)
    throw new DeliveryError(
      'USAGE',
      `expected one repository for the image, found ${repositories.length} in images`,
      hint,
    )
  const [image] = repositories
  if (image !== undefined) {
    const { registry } = referenceOf(image, 'images', hint)
    const rules = lines(tags)
    return { reference: image, registry, ...(rules.length === 0 ? {} : { tagRules: rules }) }
  }
  const references = list(tags).map((entry) => referenceOf(entry, 'tags', hint))
  const [first] = references
  if (first === undefined)
    throw new DeliveryError('USAGE', 'push is true, but neither images nor tags names a repository', hint)
  const name = ({ registry, repository }: ImageReference) => `${registry}/${repository}`
  const others = new Set(references.map(name))
  if (others.size > 1)
    throw new DeliveryError(
      'USAGE',
      `expected one repository for the image, found ${[...others].join(' and ')} in tags`,
      hint,
    )
  return {
    reference: name(first),
    registry: first.registry,
    tagRules: references.map(({ tag }) => `type=raw,value=${tag ?? 'latest'}`),
  }
}

function referenceOf(entry: string, input: string, hint: string): ImageReference {
  const reference = parseImageReference(entry)
  if (reference === undefined || reference.digest !== undefined)
    throw new DeliveryError(
      'USAGE',
      `the input ${input} has "${entry}", which is not a registry/repository to publish to`,
      hint,
    )
  return reference
}

function loginOf(
  { registry, username, password }: ActionInputs,
  published: string | undefined,
): Pick<ActionCall, 'login'> {
  if (username === '' && password === '') return {}
  if (username === '' || password === '')
    throw new DeliveryError(
      'USAGE',
      `${username === '' ? 'a password' : 'a username'} for the registry is given without a ${username === '' ? 'username' : 'password'}`,
      'Give both. A secret that this workflow cannot read is empty.',
    )
  return { login: { registry: registry || published || 'docker.io', username, password } }
}

/**
 * A Docker configuration file with one login:
 * https://github.com/docker/cli/blob/master/docs/reference/commandline/login. Docker Hub has a special name there.
 */
export function dockerConfig({ registry, username, password }: NonNullable<ActionCall['login']>): string {
  const host = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
  return JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } } })
}

/**
 * Why a job has no credentials, judging by GitHub's event: pull requests from forks and from Dependabot run with a
 * read-only token and without secrets
 * (https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request).
 * Anything else that lacks a credential is an error.
 */
export function actionEvent(environment: Readonly<Record<string, string | undefined>>, payload: unknown): ActionEvent {
  const event = PullRequest.safeParse(payload)
  const number = event.data?.pull_request.number
  const about = number === undefined ? {} : { pullRequest: number }
  if (environment['GITHUB_EVENT_NAME'] !== 'pull_request') return about
  if (environment['GITHUB_ACTOR'] === 'dependabot[bot]')
    return {
      ...about,
      withoutCredentials: 'publish was skipped because pull requests of Dependabot run without credentials',
    }
  // null when the fork's repository has been deleted.
  const from = event.success ? event.data.pull_request.head.repo?.full_name : undefined
  return from === environment['GITHUB_REPOSITORY']
    ? about
    : { ...about, withoutCredentials: 'publish was skipped because pull requests from forks run without credentials' }
}

const PullRequest = z.object({
  pull_request: z.object({
    number: z.int().min(1).optional(),
    head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }),
  }),
})

function lines(input: string): string[] {
  return input
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A list separated by lines or commas. */
function list(input: string): string[] {
  return lines(input.replaceAll(',', '\n'))
}

function keyValue(entry: string, input: string): { name: string; value: string } {
  const at = entry.indexOf('=')
  // The entry may be a secret: it is not repeated.
  if (at < 1 || entry.startsWith('"'))
    throw new DeliveryError(
      'USAGE',
      `the input ${input} has a line that is not id=value`,
      'Write one id=value per line. Put a multi-line value into a file and pass it as id=path in secret-files.',
    )
  return { name: entry.slice(0, at), value: entry.slice(at + 1) }
}

function pair(entry: string, input: string, kind: 'env' | 'file'): string {
  const { name, value } = keyValue(entry, input)
  return `${name}=${kind}:${value}`
}

function given<T extends Record<string, string>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as Partial<T>
}
