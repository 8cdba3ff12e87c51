import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import {
  Configuration,
  Digest,
  PackageRecords,
  Platform,
  Reproduction,
  spellPlatform,
  type Size,
} from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const bytes = z.int().min(0)
const count = z.int().min(0)
const FoundFile = z.strictObject({ path: z.string(), mode: z.string().regex(/^[0-7]{4}$/), bytes })
const SizedFile = z.strictObject({ path: z.string(), bytes })

/** In the usual spelling, e.g. `linux/arm/v7`. */
const SpelledPlatform = z
  .strictObject({ os: z.string().min(1), architecture: z.string().min(1), variant: z.string().optional() })
  .transform(spellPlatform)
  .pipe(Platform)

/** The output of `inspect image`, version 3. A list holds at most 1000 entries; the count beside it is exact. */
const Report = z.strictObject({
  schemaVersion: z.literal(3),
  digest: Digest,
  mediaType: z.string().min(1),
  platform: SpelledPlatform,
  archiveKind: z.enum(['oci-archive', 'docker-archive']),
  configDigest: Digest,
  created: z.iso.datetime().optional(),
  config: z.strictObject({
    user: z.string(),
    environmentCount: count,
    environment: z.array(z.string()),
    suspectedSecretCount: count,
    suspectedSecrets: z.array(
      z.strictObject({ name: z.string(), where: z.enum(['environment', 'label', 'history', 'command']) }),
    ),
    entrypoint: z.array(z.string()),
    cmd: z.array(z.string()),
    workingDir: z.string(),
    labelCount: count,
    labels: z.record(z.string(), z.string()),
    exposedPorts: z.array(z.string()),
    volumes: z.array(z.string()),
    healthcheck: Configuration.shape.healthcheck,
    stopSignal: z.string().optional(),
    shell: z.array(z.string()),
    onBuildCount: count,
  }),
  history: z.array(
    z.strictObject({ createdBy: z.string(), created: z.iso.datetime().optional(), emptyLayer: z.boolean() }),
  ),
  layers: z.array(
    z.strictObject({
      digest: Digest,
      diffId: Digest,
      compressed: bytes,
      gzipped: bytes,
      unpacked: bytes,
      files: count,
      /** Whether it begins with a frame that zstd passes over, and that some scanners cannot. */
      skippable: z.boolean().default(false),
      createdBy: z.string(),
    }),
  ),
  unpacked: bytes,
  compressed: bytes,
  gzipped: bytes,
  files: z.strictObject({
    count,
    directories: count,
    setuidCount: count,
    setuid: z.array(FoundFile),
    worldWritableCount: count,
    worldWritable: z.array(FoundFile),
    privilegeCount: count,
    privileges: Configuration.shape.privileges.unwrap(),
    shellCount: count,
    shells: z.array(z.string()),
    packageManagerCount: count,
    packageManagers: z.array(z.string()),
    packageCacheCount: count,
    packageCaches: z.array(SizedFile),
    sshServerCount: count,
    sshServers: z.array(z.string()),
    /** Diff ID of the last layer that contributed to each listed path. */
    layers: z.record(z.string(), Digest),
    largest: z.array(SizedFile),
  }),
  os: z.strictObject({ id: z.string(), versionId: z.string(), prettyName: z.string() }).optional(),
  user: z.strictObject({
    resolves: z.boolean(),
    byName: z.boolean(),
    listed: z.boolean(),
    uid: z.int().optional(),
    gid: z.int().optional(),
  }),
  records: PackageRecords,
  started: Configuration.shape.started,
})

/** Everything that `inspect image` found in an archive. Sizes are bytes. Environment variables are listed by name only. */
export type Inspection = z.infer<typeof Report>

/** Reads the JSON of `inspect image`. Throws `TOOL` if it is empty, truncated or of a different form or version. */
export function parseInspection(stdout: string): Inspection {
  return readJson('inspect', stdout, Report)
}

const LayerList = z.strictObject({
  schemaVersion: z.literal(1),
  digest: Digest,
  platform: SpelledPlatform,
  layers: z.array(z.strictObject({ digest: Digest, diffId: Digest })),
})

/** The layers of an image, lowest first, as its own configuration lists them. */
export type LayerList = z.infer<typeof LayerList>

/** Reads the JSON of `inspect layers`. Throws `TOOL` as `parseInspection` does. */
export function parseLayerList(stdout: string): LayerList {
  return readJson('inspect', stdout, LayerList)
}

const Comparison = Reproduction.extend({ schemaVersion: z.literal(1) })

/** Reads the JSON of `inspect compare`. Throws `TOOL` as `parseInspection` does, and where the digests contradict the differences. */
export function parseComparison(stdout: string): Reproduction {
  const { schemaVersion: _, ...compared } = readJson('inspect', stdout, Comparison)
  if ((compared.first === compared.second) === (compared.count === 0)) return compared
  throw new DeliveryError(
    'TOOL',
    `expected inspect to name differences exactly where two images differ, found ${compared.count} between ${compared.first} and ${compared.second}`,
    'Report this as a bug in Loadline.',
  )
}

const Normalization = z.strictObject({ schemaVersion: z.literal(1), digest: Digest, createdBy: z.array(z.string()) })

/** Reads the JSON of `inspect normalize`: what the engine said of each layer. Throws `TOOL` as `parseInspection` does. */
export function parseNormalization(stdout: string): string[] {
  return readJson('inspect', stdout, Normalization).createdBy
}

/** The image configuration as evidence. */
export function toConfiguration({ config, files, records, started }: Inspection): Configuration {
  return {
    user: config.user,
    entrypoint: config.entrypoint,
    cmd: config.cmd,
    workingDir: config.workingDir,
    environment: config.environment,
    suspectedSecrets: config.suspectedSecrets.map(({ name, where }) => ({
      name,
      // An entrypoint, cmd or health check is a build instruction, which `docker history` shows.
      where: where === 'command' ? 'history' : where,
    })),
    labels: config.labels,
    exposedPorts: config.exposedPorts,
    volumes: config.volumes,
    ...(config.healthcheck === undefined ? {} : { healthcheck: config.healthcheck }),
    ...(config.stopSignal === undefined ? {} : { stopSignal: config.stopSignal }),
    setuid: files.setuid,
    privileges: files.privileges,
    worldWritable: files.worldWritable,
    shells: files.shells,
    packageManagers: files.packageManagers,
    packageCaches: files.packageCaches,
    sshServers: files.sshServers,
    pathLayers: files.layers,
    records,
    ...(started === undefined ? {} : { started }),
  }
}

/** What Dive measured: `efficiency` from 0 to 1, `wasted` in bytes with the files that waste most, and the diff ids of the layers that it read. */
export interface Efficiency {
  efficiency: number
  wasted: number
  wastedFiles: NonNullable<Size['wastedFiles']>
  /** Diff IDs, as far as Dive knows them: an image without history names none. */
  layers: Array<Digest | undefined>
}

/**
 * The size as evidence. `compressed` counts each layer gzipped, whether or not the archive compresses it, because
 * registries store it that way. Throws `TOOL` if Dive and `inspect` read different layers: then one of them is about a
 * different image.
 */
export function toSize({ layers, unpacked, gzipped, files }: Inspection, dive: Efficiency): Size {
  const wanted = layers.map(({ diffId }) => diffId)
  const isSame = wanted.every((diffId, index) => diffId === (dive.layers[index] ?? diffId))
  if (!isSame || dive.layers.length !== wanted.length) {
    throw new DeliveryError(
      'TOOL',
      `expected dive to measure the ${wanted.length} layers of the image, found ${dive.layers.length === wanted.length ? 'different ones' : dive.layers.length}`,
      'Report this as a bug in Loadline: both tools must read the same archive.',
    )
  }
  return {
    unpacked,
    compressed: gzipped,
    layers: layers.map(({ digest, diffId, gzipped: compressed, unpacked: own, createdBy }) => ({
      digest,
      diffId,
      compressed,
      unpacked: own,
      createdBy,
    })),
    largest: files.largest,
    efficiency: dive.efficiency,
    wasted: dive.wasted,
    wastedFiles: dive.wastedFiles,
  }
}

/**
 * Whether `inspect` refuses an archive for holding several images: its list of entries is then in order, and each image
 * can be looked at by itself.
 */
export function severalImages(stderr: string): boolean {
  return /^expected exactly one image in the archive, found (?!0:)\d+:/.test(stderr)
}

/** Why `inspect` refuses an archive, without the archive's path. */
export function refusal(stderr: string): string {
  return (stderr.trim().split('\n')[0] ?? '').replaceAll(/:? ?\/archive\.tar/g, '') || 'it cannot be read'
}
