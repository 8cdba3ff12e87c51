import type { Directory, Secret } from '@dagger.io/dagger'
import { readText } from '../../engine/read-text.ts'
import { DeliveryError } from '../../model/errors.ts'
import type { Platform } from '../../model/index.ts'
import { limits } from '../../model/limits.ts'
import type { Policy } from '../../policy/schema.ts'
import type { BuildChoice } from '../../tools/dockerfile/command.ts'
import type { DockerfileReading } from '../../tools/dockerfile/output.ts'
import { readDockerfile } from './read-dockerfile.ts'
import type { SourceRequest } from './source-request.ts'

/** A Dockerfile, as it was written and as BuildKit reads it. */
export interface ReadDockerfile extends BuildChoice {
  path: string
  text: string
  reading: DockerfileReading
  /** The ignore list for the build, from .dockerignore; empty if there is none. */
  ignored: string
}

/** Reads the Dockerfile for what the policy builds. Throws `SOURCE`, and `CREDENTIAL` if the build needs a secret that was not given. */
export async function readChosen(
  written: { path: string; text: string },
  {
    policy,
    platforms,
    entries,
    epoch,
  }: { policy: Policy; platforms: readonly Platform[]; entries: readonly string[]; epoch: number | undefined },
  {
    directory,
    lock,
    image,
    buildSecrets,
    ssh,
  }: Pick<SourceRequest, 'directory' | 'lock' | 'image' | 'buildSecrets' | 'ssh'>,
): Promise<ReadDockerfile> {
  const { build } = policy
  const choice: BuildChoice = {
    buildArgs: epoch === undefined ? build.args : { ...build.args, SOURCE_DATE_EPOCH: String(epoch) },
    ...(build.target === undefined ? {} : { target: build.target }),
  }
  const given = buildSecrets === 'any' ? {} : { secrets: [...buildSecrets.keys()], agent: ssh !== undefined }
  const [reading, ignored] = await Promise.all([
    readDockerfile(written, { ...choice, ...given, platforms }, lock, {
      isBuilt: image === undefined,
    }),
    image === undefined ? readIgnored(directory, written.path, entries) : '',
  ])
  if (image === undefined && buildSecrets !== 'any') requireSecrets(reading, policy, buildSecrets)
  return { ...written, ...choice, reading, ignored }
}

/** The ignore list that the engine applies: the one beside the Dockerfile, or, if that is empty or missing, the directory's. */
async function readIgnored(directory: Directory, path: string, entries: readonly string[]): Promise<string> {
  for (const name of [`${path}.dockerignore`, '.dockerignore']) {
    const isThere = name.includes('/') || entries.includes(name)
    const text = isThere ? await readText(directory, name, limits.written) : undefined
    if (text) return text
  }
  return ''
}

/** The text of the source's Dockerfile. Throws `SOURCE` if there is none that can be built. */
export async function readWritten(directory: Directory, path: string): Promise<string> {
  const text = await readText(directory, path, limits.written)
  if (text !== undefined) return checkDockerfile(text, path)
  throw new DeliveryError(
    'SOURCE',
    `the source has no ${path}`,
    `Put a Dockerfile at ${path}, or set build.dockerfile in the policy.`,
  )
}

/**
 * The Dockerfile's text as it is linted and built, without a byte order mark. Throws `SOURCE` if it is empty or not UTF-8.
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

/** Throws `CREDENTIAL` if the build needs a secret that was not given. */
function requireSecrets({ platforms }: DockerfileReading, policy: Policy, given: ReadonlyMap<string, Secret>): void {
  const asked = platforms.flatMap(({ secrets }) => secrets.filter(({ required }) => required))
  const required = [...policy.build.secrets, ...asked.map(({ id }) => id)]
  const missing = [...new Set(required)].filter((id) => !given.has(id))
  if (missing.length > 0) {
    throw new DeliveryError(
      'CREDENTIAL',
      `expected the build secret${missing.length > 1 ? 's' : ''} ${missing.join(', ')}, which ${missing.length > 1 ? 'were' : 'was'} not given`,
      `Give --build-secret ${missing[0]}=env:NAME, where the variable NAME holds it.`,
    )
  }
}
