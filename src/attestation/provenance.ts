import { z } from 'zod'
import {
  ResourceDescriptor,
  type Base,
  type Digest,
  type Platform,
  type Run,
  type Subject,
  type ToolIdentity,
} from '../model/index.ts'
import { version } from '../model/version.ts'
import type { ShownArguments } from './withheld-arguments.ts'

/** The build type; docs/provenance.md documents it and its parameters. */
const buildType = 'urn:loadline:build-type:dockerfile:v1'

/** Whoever runs Loadline controls its machine, so nobody else vouches for the build: docs/provenance.md says what that is worth. */
export const builderId = 'urn:loadline:builder:local'

/** SLSA provenance, to the extent written and read here: https://slsa.dev/spec/v1.0/provenance */
export const Provenance = z.looseObject({
  buildDefinition: z.looseObject({
    buildType: z.string(),
    externalParameters: z.record(z.string(), z.unknown()),
    internalParameters: z.record(z.string(), z.unknown()).optional(),
    resolvedDependencies: z.array(ResourceDescriptor),
  }),
  runDetails: z.looseObject({
    builder: z.looseObject({
      id: z.string(),
      version: z.record(z.string(), z.string()).optional(),
      builderDependencies: z.array(ResourceDescriptor).optional(),
    }),
    metadata: z
      .looseObject({
        invocationId: z.string().optional(),
        startedOn: z.iso.datetime().optional(),
        finishedOn: z.iso.datetime().optional(),
      })
      .optional(),
  }),
})
export type Provenance = z.infer<typeof Provenance>

/** What is known about a finished build. */
export interface BuildFacts {
  subject: Subject
  platforms: readonly Platform[]
  arguments: ShownArguments
  /** IDs of the secrets that the build could mount. */
  secretIds: readonly string[]
  /** Whether the build could use an ssh agent. */
  agent: boolean
  policy: Digest
  bases: Base['images']
  tools: readonly ToolIdentity[]
  mode: Run['mode']
  /** SOURCE_DATE_EPOCH of a normalized build, in seconds since 1970, and whether a second build gave the same image. */
  reproducible: { epoch: number; verified: boolean } | undefined
  /** Identifies this run uniquely. */
  invocation: string
  startedAt: Date
  finishedAt: Date
}

/** The provenance of a build, as https://slsa.dev/spec/v1.0/provenance specifies. Pure: the same facts give the same document. */
export function provenance(facts: BuildFacts): Provenance {
  const { subject, bases } = facts
  return {
    buildDefinition: {
      buildType,
      externalParameters: {
        source: {
          ...(subject.revision?.repository === undefined ? {} : { uri: `git+${subject.revision.repository}` }),
          ...(subject.revision === undefined ? {} : { digest: { gitCommit: subject.revision.revision } }),
          directory: subject.directory ?? '.',
        },
        ...(subject.dockerfile === undefined ? {} : { dockerfile: subject.dockerfile }),
        ...(subject.target === undefined ? {} : { target: subject.target }),
        platforms: [...facts.platforms],
        buildArguments: facts.arguments,
        secretIds: [...facts.secretIds].toSorted(),
        ...(facts.agent ? { sshAgent: true } : {}),
        policy: facts.policy,
      },
      internalParameters: {
        mode: facts.mode,
        ...(facts.reproducible === undefined
          ? {}
          : { sourceDateEpoch: facts.reproducible.epoch, reproduced: facts.reproducible.verified }),
      },
      resolvedDependencies: [...sourceOf(subject), ...dockerfileOf(subject), ...unique(bases.flatMap(baseOf))],
    },
    runDetails: {
      builder: { id: builderId, version: { loadline: version }, builderDependencies: facts.tools.map(toolOf) },
      metadata: {
        invocationId: facts.invocation,
        startedOn: facts.startedAt.toISOString(),
        finishedOn: facts.finishedAt.toISOString(),
      },
    },
  }
}

function sourceOf({ revision }: Subject): ResourceDescriptor[] {
  if (revision === undefined) return []
  return [
    {
      name: 'source',
      ...(revision.repository === undefined ? {} : { uri: `git+${revision.repository}@${revision.revision}` }),
      digest: { gitCommit: revision.revision },
      // For a dirty tree, the commit is only its starting point.
      annotations: { dirty: revision.dirty },
    },
  ]
}

function dockerfileOf({ dockerfile, dockerfileDigest }: Subject): ResourceDescriptor[] {
  return dockerfile === undefined || dockerfileDigest === undefined
    ? []
    : [{ name: dockerfile, digest: sha256(dockerfileDigest) }]
}

function baseOf({ reference, digest, substitute, final }: Base['images'][number]): ResourceDescriptor[] {
  if (digest === undefined) return []
  return [
    {
      name: 'base',
      uri: `oci://${substitute ?? reference}`,
      digest: sha256(digest),
      annotations: { shipped: final, ...(substitute === undefined ? {} : { standsInFor: reference }) },
    },
  ]
}

function toolOf({ name, version: toolVersion, reference }: ToolIdentity): ResourceDescriptor {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1]
  return {
    name,
    ...(digest === undefined ? {} : { uri: `oci://${reference}`, digest: sha256(digest as Digest) }),
    annotations: { version: toolVersion, ...(digest === undefined ? { origin: reference } : {}) },
  }
}

function sha256(digest: Digest): Record<string, string> {
  return { sha256: digest.slice('sha256:'.length) }
}

/** A base that several stages use is one dependency. */
function unique(descriptors: readonly ResourceDescriptor[]): ResourceDescriptor[] {
  const byName = new Map<string, ResourceDescriptor>()
  for (const descriptor of descriptors) {
    const key = `${descriptor.uri}@${descriptor.digest?.['sha256']}`
    const shipped = byName.get(key)?.annotations?.['shipped'] === true
    byName.set(key, shipped ? { ...descriptor, annotations: { ...descriptor.annotations, shipped } } : descriptor)
  }
  return [...byName.values()]
}
