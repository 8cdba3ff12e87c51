import type { Directory } from '@dagger.io/dagger'
import { enginePlatform } from '../../engine/engine-platform.ts'
import { readText } from '../../engine/read-text.ts'
import { firstLine } from '../../engine/run-tool.ts'
import { manifestForm } from '../../formats/oci/manifest-form.ts'
import { importSarif } from '../../formats/sarif-findings.ts'
import { imageLabels, readVersion } from '../../image-metadata/index.ts'
import { DeliveryError } from '../../model/errors.ts'
import {
  digestOf,
  SourceRevision,
  type AdditionalFindings,
  type AppliedPolicy,
  type Platform,
  type Subject,
  type SuppressionFile,
} from '../../model/index.ts'
import { limits } from '../../model/limits.ts'
import { applyPolicy } from '../../policy/apply.ts'
import { acceptBaseline, type Baseline } from '../../policy/baseline.ts'
import { policyName } from '../../policy/file.ts'
import { policyDigest } from '../../policy/policy-digest.ts'
import type { Policy } from '../../policy/schema.ts'
import { applicationPolicy } from './application-policy.ts'
import { readChosen, readWritten, type ReadDockerfile } from './chosen-dockerfile.ts'
import type { ImageSource } from './image-source.ts'
import { readGivenList, readSeccomp, readStructureTests, type GivenList, type NamedFile } from './named-files.ts'
import type { SourceRequest } from './source-request.ts'
import { sourceDateEpoch } from './source-date.ts'
import { readSuppressions } from './suppressions.ts'

/** A run's input: read once, checked once, and never read again. */
export interface Source {
  directory: Directory
  subject: Subject
  /** An existing image, which is judged instead of a built one. */
  image: ImageSource | undefined
  /** Absent only if an image was given without one. */
  dockerfile: ReadDockerfile | undefined
  policy: Policy
  /** The platforms to build and judge: the policy's, or by default the engine's own. */
  platforms: readonly [Platform, ...Platform[]]
  applied: AppliedPolicy
  suppressions: SuppressionFile[]
  structureTests: NamedFile | undefined
  /** The seccomp profile that the policy names. */
  seccomp: NamedFile | undefined
  /** An earlier verdict on this application, accepted by the policy. */
  baseline: Baseline | undefined
  /** The list of exploited vulnerabilities that the call or the policy names. */
  knownExploited: GivenList | undefined
  /** The predictions that the call or the policy names. */
  exploitPrediction: GivenList | undefined
  /** Other scanners' findings. */
  additional: AdditionalFindings[]
  /** What the image declares about its origin. */
  labels: Readonly<Record<string, string>>
  /** The time that a build is normalized to, in seconds since 1970; absent if the policy does not ask for it. */
  epoch: number | undefined
}

/** Reads the source directory. Throws `SOURCE`, `POLICY`, `STRUCTURE_TESTS` or `CREDENTIAL` before anything is built. */
export async function readSource(request: SourceRequest): Promise<Source> {
  const place = normalPath(request.pathInRepository ?? '')
  if (request.version !== undefined && readVersion(request.version) === undefined)
    throw new DeliveryError(
      'USAGE',
      `"${request.version}" is not a semantic version`,
      'Use MAJOR.MINOR.PATCH, e.g. 1.4.0 or 2.0.0-rc.1: https://semver.org.',
    )
  if (request.image !== undefined) refuseBuildInputs(request)
  const additional = (request.additional ?? []).flatMap((file) => importSarif(file))
  const entries = await listEntries(request.directory)
  const { policy, applied, suppressions, name } = await readPolicy(request, entries)
  const [first = await enginePlatform(), ...others] = policy.build.platforms ?? []
  const platforms = [first, ...others] as const
  manifestForm(request.form, platforms)
  // Before building: otherwise an unacceptable baseline would be noticed only after minutes.
  const baseline =
    request.baseline === undefined ? undefined : acceptBaseline(request.baseline, name, policy, request.now)
  const epoch = request.image === undefined ? sourceDateEpoch(policy, request.git) : undefined
  const path = policy.build.dockerfile
  const isThere =
    request.image === undefined || request.dockerfile !== undefined || (await request.directory.exists(path))
  const text = isThere ? await readWritten(request.directory, path) : undefined
  const [dockerfile, structureTests, seccomp, knownExploited, exploitPrediction] = await Promise.all([
    text === undefined ? undefined : readChosen({ path, text }, { policy, platforms, entries, epoch }, request),
    readStructureTests(request.directory, policy),
    readSeccomp(request.directory, policy),
    request.knownExploited ?? readGivenList(request.directory, policy.vulnerabilities.knownExploited.file),
    request.exploitPrediction ?? readGivenList(request.directory, policy.vulnerabilities.exploitPrediction.file),
  ])
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
    knownExploited,
    exploitPrediction,
    epoch,
  }
}

/** Throws `USAGE` for options that only affect a build: silently accepting them would look as if they had an effect. */
function refuseBuildInputs({ target, buildArgs = {}, buildSecrets, ssh, labels = {} }: SourceRequest): void {
  const given = Object.entries({
    'a target': target !== undefined,
    'build arguments': Object.keys(buildArgs).length > 0,
    'build secrets': buildSecrets !== 'any' && buildSecrets.size > 0,
    'an ssh agent': ssh !== undefined,
    labels: Object.keys(labels).length > 0,
  }).flatMap(([what, there]) => (there ? [what] : []))
  if (given.length > 0)
    throw new DeliveryError(
      'USAGE',
      `${given.join(', ')} would change what is built, but an existing image is not built`,
      'Remove either the image or the build options.',
    )
}

/** A relative path without `.` and empty segments. Throws `USAGE` for one that leads out of the repository. */
function normalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (path.startsWith('/') || segments.includes('..'))
    throw new DeliveryError(
      'USAGE',
      `"${path}" is not a path below the root of a repository`,
      'Write it relative to the root and with slashes, e.g. services/orders.',
    )
  return segments.join('/')
}

async function listEntries(directory: Directory): Promise<string[]> {
  try {
    return await directory.entries()
  } catch (error) {
    throw new DeliveryError(
      'SOURCE',
      `failed to read the source directory (${firstLine(error)})`,
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
