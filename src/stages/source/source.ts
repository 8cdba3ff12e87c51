import type { Directory, Secret } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import { limits } from '../../model/limits.ts'
import { acceptBaseline, type Baseline } from '../../policy/baseline.ts'
import {
  digestOf,
  SourceRevision,
  type AdditionalFindings,
  type AppliedPolicy,
  type GitFacts,
  type Platform,
  type Subject,
  type SuppressionFile,
} from '../../model/index.ts'
import { applyPolicy } from '../../policy/apply.ts'
import type { PolicyText } from '../../policy/file.ts'
import { policyDigest } from '../../policy/policy-digest.ts'
import type { Policy } from '../../policy/schema.ts'
import { imageLabels, readVersion } from '../../image-metadata/index.ts'
import type { BuildChoice } from '../../tools/dockerfile/command.ts'
import type { DockerfileReading } from '../../tools/dockerfile/output.ts'
import { parseStructureTests } from '../../tools/container-structure-test/structure-test-file.ts'
import { parseSeccomp } from '../../tools/sandbox/seccomp.ts'
import { enginePlatform } from '../../engine/engine-platform.ts'
import { contentsOf, readText } from '../../engine/read-text.ts'
import type { Pinned } from '../../engine/tool-image.ts'
import { firstLine } from '../../engine/run-tool.ts'
import { importSarif } from '../../formats/sarif-findings.ts'
import type { GivenList } from '../evidence/known-exploited.ts'
import type { ImageSource } from '../build/existing-image.ts'
import { manifestForm, type ManifestForm } from '../publish/layout.ts'
import { applicationPolicy, policyName } from './application-policy.ts'
import { readDockerfile } from './read-dockerfile.ts'
import { readSuppressions } from './suppressions.ts'

/** What a run starts from: read once, checked once, and never looked up again. */
export interface Source {
  directory: Directory
  subject: Subject
  /** An image that exists already, which is judged in place of a built one. */
  image: ImageSource | undefined
  /** Absent only where an image was given without one. */
  dockerfile: ReadDockerfile | undefined
  policy: Policy
  /** What is built and judged: the policy's platforms, or where it names none the engine's own. */
  platforms: readonly [Platform, ...Platform[]]
  applied: AppliedPolicy
  suppressions: SuppressionFile[]
  structureTests: { path: string; text: string } | undefined
  /** The seccomp profile that the policy names. */
  seccomp: { path: string; text: string } | undefined
  /** An earlier verdict on this application, which the policy accepts. */
  baseline: Baseline | undefined
  /** The list of exploited vulnerabilities that the call or the policy names. */
  knownExploited: GivenList | undefined
  /** What other scanners found. */
  additional: AdditionalFindings[]
  /** What the image says about where it comes from. */
  labels: Readonly<Record<string, string>>
}

/** A Dockerfile, as it was written and as BuildKit reads it. */
export interface ReadDockerfile extends BuildChoice {
  path: string
  text: string
  reading: DockerfileReading
  /** What keeps files of the directory from the build, as .dockerignore says it; empty where nothing does. */
  ignored: string
}

/** What the caller may say about the source. */
export interface SourceRequest {
  directory: Directory
  /** Which programs read it: Loadline's own are pinned there, or compiled by what it pins. */
  lock: Pinned
  /** Judge this image, and build none. The directory then holds the policy and the tests, and a Dockerfile in it is linted. */
  image?: ImageSource
  /** Used where the policy gives the image no name. */
  name?: string
  /** Path of the directory below the root of its repository, e.g. `services/orders`; absent where it is the root. Code-scanning services count paths from there. */
  pathInRepository?: string
  /** Text of a policy file from elsewhere; otherwise `loadline.yaml` in the directory, otherwise the default policy. */
  policy?: PolicyText
  /** An organisation's policy file, from outside the directory: the application's stands on it and cannot change what it locks. */
  organisation?: PolicyText
  /** A `verdict.json` of an earlier run on this application, where the policy accepts one. */
  baseline?: { path: string; text: string }
  /** A list of exploited vulnerabilities, instead of the one that the policy names. */
  knownExploited?: { path: string; text: string }
  /** Findings of other scanners about this image, in SARIF 2.1.0: they are judged as well. */
  additional?: ReadonlyArray<{ path: string; text: string }>
  /** Replaces the policy's platforms. */
  platforms?: string[]
  /** Replaces the policy's Dockerfile: a path inside the directory. */
  dockerfile?: string
  /** Replaces the stage that the policy builds. */
  target?: string
  /** Labels for the image, besides those that git gives. One that the Dockerfile sets itself wins. */
  labels?: Readonly<Record<string, string>>
  /** In which form it is to be published, where it is: one that the platforms do not allow is refused before anything is built. */
  form?: ManifestForm
  /** Added to the policy's build arguments. */
  buildArgs?: Readonly<Record<string, string>>
  /** Build secrets by id; `any` where nothing is going to be built. */
  buildSecrets: ReadonlyMap<string, Secret> | 'any'
  /** What version control knows of the directory; left out where there is none. */
  git?: GitFacts
  /** A semantic version for the image; otherwise the tags of the commit say it. */
  version?: string
  now: Date
}

/** Reads the source directory. Throws `SOURCE`, `POLICY`, `STRUCTURE_TESTS` or `CREDENTIAL` before anything is built. */
export async function readSource(request: SourceRequest): Promise<Source> {
  const place = normalPath(request.pathInRepository ?? '')
  if (request.version !== undefined && readVersion(request.version) === undefined)
    throw new DeliveryError(
      'USAGE',
      `"${request.version}" is no semantic version`,
      'Write MAJOR.MINOR.PATCH, e.g. 1.4.0 or 2.0.0-rc.1: https://semver.org.',
    )
  if (request.image !== undefined) refuseBuildInputs(request)
  const additional = (request.additional ?? []).flatMap((file) => importSarif(file))
  const entries = await listEntries(request.directory)
  const { policy, applied, suppressions, name } = await readPolicy(request, entries)
  const [first = await enginePlatform(), ...others] = policy.build.platforms ?? []
  const platforms = [first, ...others] as const
  manifestForm(request.form, platforms)
  // Before anything is built: a baseline that does not count would otherwise be noticed after minutes.
  const baseline =
    request.baseline === undefined ? undefined : acceptBaseline(request.baseline, name, policy, request.now)
  const path = policy.build.dockerfile
  const isThere =
    request.image === undefined || request.dockerfile !== undefined || (await request.directory.exists(path))
  const text = isThere ? await readWritten(request.directory, path) : undefined
  const [dockerfile, structureTests, seccomp, exploited] = await Promise.all([
    text === undefined ? undefined : readChosen({ path, text }, { policy, platforms, entries }, request),
    readStructureTests(request.directory, policy),
    readSeccomp(request.directory, policy),
    request.knownExploited ?? readExploitedList(request.directory, policy),
  ])
  if (dockerfile !== undefined && request.image === undefined && request.buildSecrets !== 'any')
    checkSecrets(dockerfile.reading, policy, request.buildSecrets)
  return {
    directory: request.directory,
    subject: {
      name,
      ...(place === '' ? {} : { directory: place }),
      ...(text === undefined ? {} : { dockerfile: path, dockerfileDigest: digestOf(text) }),
      ...(request.image === undefined
        ? {
            ...(policy.build.target === undefined ? {} : { target: policy.build.target }),
            ...(request.git === undefined ? {} : { revision: SourceRevision.strip().parse(request.git) }),
          }
        : // The commit of the policy is not the commit of the image.
          { image: { form: request.image.form, name: request.image.name } }),
    },
    labels: { ...imageLabels(name, request.git, request.version), ...request.labels },
    image: request.image,
    dockerfile,
    policy,
    platforms,
    applied,
    suppressions,
    structureTests,
    seccomp,
    baseline,
    additional,
    knownExploited: exploited,
  }
}

/** Reads the Dockerfile for what the policy builds. */
async function readChosen(
  written: { path: string; text: string },
  { policy: { build }, platforms, entries }: Pick<Source, 'policy' | 'platforms'> & { entries: readonly string[] },
  { directory, lock, image, buildSecrets }: SourceRequest,
): Promise<ReadDockerfile> {
  const choice: BuildChoice = {
    buildArgs: build.args,
    ...(build.target === undefined ? {} : { target: build.target }),
  }
  const secrets = buildSecrets === 'any' ? {} : { secrets: [...buildSecrets.keys()] }
  const [reading, ignored] = await Promise.all([
    readDockerfile(written, { ...choice, ...secrets, platforms }, lock, {
      isBuilt: image === undefined,
    }),
    image === undefined ? readIgnored(directory, written.path, entries) : '',
  ])
  return { ...written, ...choice, reading, ignored }
}

/** The list that the engine obeys: the one beside the Dockerfile, and where that is empty or missing the one of the directory. */
async function readIgnored(directory: Directory, path: string, entries: readonly string[]): Promise<string> {
  for (const name of [`${path}.dockerignore`, '.dockerignore']) {
    const isThere = name.includes('/') || entries.includes(name)
    const text = isThere ? await readText(directory, name, limits.written) : undefined
    if (text) return text
  }
  return ''
}

/** Throws `USAGE` for what only a build could use: taking it without a word would look as if it counted. */
function refuseBuildInputs({ target, buildArgs = {}, buildSecrets, labels = {} }: SourceRequest): void {
  const given = Object.entries({
    'a target': target !== undefined,
    'build arguments': Object.keys(buildArgs).length > 0,
    'build secrets': buildSecrets !== 'any' && buildSecrets.size > 0,
    labels: Object.keys(labels).length > 0,
  }).flatMap(([what, there]) => (there ? [what] : []))
  if (given.length > 0)
    throw new DeliveryError(
      'USAGE',
      `${given.join(', ')} would change what is built, and an image that exists is not built`,
      'Leave out either the image or what belongs to a build.',
    )
}

/** A relative path without `.` and empty segments. Throws `USAGE` for one that leads out of the repository. */
function normalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (path.startsWith('/') || segments.includes('..'))
    throw new DeliveryError(
      'USAGE',
      `"${path}" is no path below the root of a repository`,
      'Give it relative to the root and with slashes, e.g. services/orders.',
    )
  return segments.join('/')
}

async function listEntries(directory: Directory): Promise<string[]> {
  try {
    return await directory.entries()
  } catch (error) {
    throw new DeliveryError(
      'SOURCE',
      `the source directory cannot be read (${firstLine(error)})`,
      'Give the path of a directory that has a Dockerfile.',
      { cause: error },
    )
  }
}

async function readPolicy(
  request: SourceRequest,
  entries: readonly string[],
): Promise<{ policy: Policy; applied: AppliedPolicy; suppressions: SuppressionFile[]; name: string }> {
  const application = await applicationPolicy(request.policy, entries, () =>
    readText(request.directory, policyName, limits.written, 'POLICY'),
  )
  const decided = applyPolicy({ organisation: request.organisation, application }, request, request.now)
  const name = decided.policy.image.name ?? request.name ?? 'application'
  const { policy, files: suppressions } = await readSuppressions(request.directory, decided.policy, name)
  return { policy, applied: { ...decided.applied, digest: policyDigest(policy) }, suppressions, name }
}

async function readWritten(directory: Directory, path: string): Promise<string> {
  const text = await readText(directory, path, limits.written)
  if (text !== undefined) return checkDockerfile(text, path)
  throw new DeliveryError(
    'SOURCE',
    `the source has no ${path}`,
    `Put a Dockerfile at ${path}, or set build.dockerfile in the policy.`,
  )
}

/**
 * The Dockerfile's text as it is linted and built: a byte order mark is no part of it. Throws `SOURCE` where it is empty or no UTF-8.
 */
export function checkDockerfile(written: string, path: string): string {
  const text = written.replace(/^\uFEFF/, '')
  if (text.includes('\0') || text.includes('\uFFFD'))
    throw new DeliveryError('SOURCE', `${path} is not UTF-8 text`, 'Save it as UTF-8; UTF-16 cannot be built.')
  if (text.trim() === '')
    throw new DeliveryError(
      'SOURCE',
      `${path} is empty`,
      `Write a Dockerfile to ${path}, or set build.dockerfile in the policy.`,
    )
  return text
}

function checkSecrets({ platforms }: DockerfileReading, policy: Policy, given: ReadonlyMap<string, Secret>): void {
  const asked = platforms.flatMap(({ secrets }) => secrets.filter(({ required }) => required))
  const required = [...policy.build.secrets, ...asked.map(({ id }) => id)]
  const missing = [...new Set(required)].filter((id) => !given.has(id))
  if (missing.length > 0) {
    throw new DeliveryError(
      'CREDENTIAL',
      `the build needs the secret${missing.length > 1 ? 's' : ''} ${missing.join(', ')}, which ${missing.length > 1 ? 'were' : 'was'} not given`,
      `Give --build-secret ${missing[0]}=env:NAME, where the variable NAME holds it.`,
    )
  }
}

async function readExploitedList(directory: Directory, policy: Policy): Promise<GivenList | undefined> {
  const path = policy.vulnerabilities.knownExploited.file
  if (path === undefined) return undefined
  if (!(await directory.exists(path))) return { path, text: undefined }
  // Written by others: what their descriptions have lost of their letters is no fault of the list.
  return { path, text: await contentsOf(directory.file(path), path, limits.listed, 'SOURCE') }
}

async function readSeccomp(directory: Directory, policy: Policy): Promise<Source['seccomp']> {
  const path = policy.runtime.seccomp
  if (path === undefined) return undefined
  const text = await readText(directory, path, limits.written)
  if (text === undefined)
    throw new DeliveryError(
      'SOURCE',
      `the source has no ${path}, which the policy names as its seccomp profile`,
      'Run without runtime.seccomp once: the reports then have a profile that was derived from the run.',
    )
  parseSeccomp(text, path)
  return { path, text }
}

async function readStructureTests(directory: Directory, policy: Policy): Promise<Source['structureTests']> {
  const path = policy.structure.file
  const text = await readText(directory, path, limits.written, 'STRUCTURE_TESTS')
  if (text === undefined) return undefined
  parseStructureTests(text, path)
  return { path, text }
}
