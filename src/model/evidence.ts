import { z } from 'zod'
import { AdditionalFindings } from './additional.ts'
import { collected, collectedOrNone } from './collected.ts'
import { Digest } from './digest.ts'
import { LintFinding, Location, Package, Vulnerability } from './finding.ts'
import { CollectedExploitPrediction } from './exploit-prediction.ts'
import { CollectedKnownExploited } from './known-exploited.ts'
import { Lineage } from './lineage.ts'
import { PackageRecords } from './package-records.ts'
import { Platform } from './platform.ts'
import { Reproduction } from './reproduction.ts'
import { Runtime } from './runtime.ts'
import { Secrets } from './secrets.ts'

/** The kinds of evidence that are collected per platform, in the order of every report. `lint` comes before them, once per source. */
export const evidenceKinds = [
  'vulnerabilities',
  'secrets',
  'licenses',
  'structure',
  'sbom',
  'size',
  'runtime',
  'configuration',
  'base',
] as const
export const EvidenceKind = z.enum(['lint', ...evidenceKinds])
export type EvidenceKind = z.infer<typeof EvidenceKind>

/**
 * Evidence about the Dockerfile itself: results of the linter and of BuildKit's own checks, comments that silence them,
 * and what it downloads without a package manager.
 */
export const Lint = z.strictObject({
  /** hadolint's. */
  findings: z.array(LintFinding),
  /** Set if hadolint could not parse what BuildKit builds: then it has not linted the file. */
  unread: z.strictObject({ line: z.int().min(1), message: z.string() }).optional(),
  /** Results of BuildKit's build checks, e.g. `UndefinedVar`, in the order of the file. */
  checks: z.array(
    z.strictObject({ id: z.string(), message: z.string(), location: Location, url: z.string().optional() }),
  ),
  /** What ADD downloads; `verified` if a checksum, or a repository's commit, is given. */
  downloads: z.array(z.strictObject({ address: z.string(), line: z.int().min(1), verified: z.boolean() })),
  /** `# hadolint ignore=` and `# check=skip=` comments. */
  pragmas: z.array(z.strictObject({ rules: z.array(z.string()), line: z.int().min(1), global: z.boolean() })),
})
export type Lint = z.infer<typeof Lint>

/** The vulnerability database that a scan used. */
export const Database = z.strictObject({
  /** Its own name, e.g. `trivy-db` or `loadline-example-advisories`. */
  name: z.string(),
  /** `official`: a mirror of the scanner's own; `example`: the small one of Loadline's examples; `given`: supplied by the caller. */
  coverage: z.enum(['official', 'example', 'given']),
  /** Over a sorted dump of its content, because the file's bytes differ between equal builds. */
  digest: Digest,
  schemaVersion: z.int(),
  /** When its content was last updated, UTC, ISO 8601. Its age is measured from here. */
  updatedAt: z.iso.datetime(),
  /** Advisories per ecosystem, e.g. `debian 12`. */
  ecosystems: z.record(z.string(), z.int().min(0)),
})
export type Database = z.infer<typeof Database>

/** Vulnerabilities of everything that was catalogued, and with which database. */
export const Vulnerabilities = z.strictObject({
  findings: z.array(Vulnerability),
  database: Database,
  /** Operating system that the scanner recognised; absent for an image without one. */
  os: z.strictObject({ family: z.string(), version: z.string(), endOfLife: z.boolean() }).optional(),
  packageCount: z.int().min(0),
  /** Ecosystems in the image that the database does not cover: their packages were not judged. */
  uncovered: z.array(z.string()),
})
export type Vulnerabilities = z.infer<typeof Vulnerabilities>

/** Every package with the licences that it declares. */
export const Licenses = z.strictObject({ packages: z.array(Package) })
export type Licenses = z.infer<typeof Licenses>

/** Results of the container-structure-test file. */
export const Structure = z.strictObject({
  file: z.string(),
  tests: z.array(
    z.strictObject({ name: z.string(), passed: z.boolean(), errors: z.array(z.string()), seconds: z.number() }),
  ),
  /** Set if the commands were of a different architecture from the engine's, and an emulator ran them. */
  emulated: z.literal(true).optional(),
})
export type Structure = z.infer<typeof Structure>

/** The software bill of materials; the documents themselves lie beside the report. */
export const Sbom = z.strictObject({
  documents: z.array(
    z.strictObject({
      format: z.enum(['cyclonedx', 'spdx']),
      path: z.string(),
      digest: Digest,
      components: z.int().min(0),
    }),
  ),
  /** Digest of the image that the documents describe. */
  subject: Digest,
  operatingSystem: z.boolean(),
})
export type Sbom = z.infer<typeof Sbom>

/** How big the image is, in bytes (1 MB is 1,000,000 bytes), and how much of it is waste. */
export const Size = z.strictObject({
  /** Sum of the files that a container sees. */
  unpacked: z.int().min(0),
  /** Sum of the layers, as a registry stores them. */
  compressed: z.int().min(0),
  layers: z.array(
    z.strictObject({ digest: Digest, diffId: Digest, compressed: z.int(), unpacked: z.int(), createdBy: z.string() }),
  ),
  largest: z.array(z.strictObject({ path: z.string(), bytes: z.int() })),
  /** Dive's measure, 0 to 1: 1 means that no layer duplicates or hides another's file. */
  efficiency: z.number().min(0).max(1),
  /** Bytes that later layers overwrite or remove. */
  wasted: z.int().min(0),
  /** The paths that waste most, largest first: the bytes of all their versions, and which layers write or remove them, from 0. Absent in verdicts of before they were named. */
  wastedFiles: z
    .array(z.strictObject({ path: z.string(), bytes: z.int().min(1), layers: z.array(z.int().min(0)) }))
    .optional(),
})
export type Size = z.infer<typeof Size>

/** A noteworthy file in the image, with its octal mode. */
const ImageFile = z.strictObject({ path: z.string(), mode: z.string(), bytes: z.int().min(0) })
type ImageFile = z.infer<typeof ImageFile>

/** A program of the image that a container starts, with the libraries that it is linked to. */
const StartedProgram = z.strictObject({
  path: z.string(),
  by: z.enum(['ENTRYPOINT', 'CMD', 'HEALTHCHECK']),
  /** Whether the runtime itself starts it, directly or as the interpreter of a script. A later word of a command may mean something else. */
  first: z.boolean(),
  /** How many libraries were found. */
  libraries: z.int().min(0),
  /** Libraries and interpreters that are not in the image, each with the file that names it. */
  missing: z.array(z.strictObject({ name: z.string(), neededBy: z.string() })),
  /** Files whose libraries are unknown, each with the reason. */
  unread: z.array(z.string()),
})
export type StartedProgram = z.infer<typeof StartedProgram>

/** The image configuration, and what the image's files reveal about how it was made. */
export const Configuration = z.strictObject({
  user: z.string(),
  entrypoint: z.array(z.string()),
  cmd: z.array(z.string()),
  workingDir: z.string(),
  /** Names only: a value may be a secret. */
  environment: z.array(z.string()),
  /** Names of environment variables and labels whose value looks like a credential, and build arguments in the history that do. */
  suspectedSecrets: z.array(z.strictObject({ name: z.string(), where: z.enum(['environment', 'label', 'history']) })),
  labels: z.record(z.string(), z.string()),
  exposedPorts: z.array(z.string()),
  volumes: z.array(z.string()),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      intervalSeconds: z.number(),
      timeoutSeconds: z.number(),
      startPeriodSeconds: z.number(),
      retries: z.int(),
    })
    .optional(),
  stopSignal: z.string().optional(),
  setuid: z.array(ImageFile),
  /**
   * Privileges beyond a file's mode: capabilities, write access through an access control list, device nodes. Absent in
   * verdicts from before this was checked.
   */
  privileges: z
    .array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['capabilities', 'writers', 'device']),
        /** E.g. `cap_net_raw=ep`, `user 65532`, `character device 1:3`. */
        detail: z.string(),
      }),
    )
    .optional(),
  worldWritable: z.array(ImageFile),
  shells: z.array(z.string()),
  packageManagers: z.array(z.string()),
  packageCaches: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0) })),
  sshServers: z.array(z.string()),
  /** Diff ID of the last layer that contributed to each of the paths above and below. */
  pathLayers: z.record(z.string(), Digest).optional(),
  /** What the image says about its distribution. Absent in verdicts from before this was checked. */
  records: PackageRecords.optional(),
  /** The programs of the image that its commands name. Absent in verdicts from before this was checked. */
  started: z.array(StartedProgram).optional(),
})
export type Configuration = z.infer<typeof Configuration>

/** What the image starts from: every external `FROM` in the Dockerfile. */
export const Base = z.strictObject({
  images: z.array(
    z.strictObject({
      stage: z.string(),
      location: Location,
      /** As in the Dockerfile, with build arguments expanded. */
      written: z.string(),
      /** Fully spelled: registry, repository, tag. `scratch` stays `scratch`. */
      reference: z.string(),
      /** What pins the digest: the Dockerfile itself, the lock file, or nothing (a tag can move). */
      pinnedBy: z.enum(['dockerfile', 'lock', 'nobody', 'scratch']),
      /** The digest that was built on; absent for scratch. */
      digest: Digest.optional(),
      /** Whether the shipped image contains it. */
      final: z.boolean(),
      /** In a sealed network: what was used instead. */
      substitute: z.string().optional(),
    }),
  ),
  /** How the image was built on its base. Absent if that is unknown: then every finding's owner is unknown. */
  lineage: Lineage.optional(),
})
export type Base = z.infer<typeof Base>

/** The evidence from one platform's archive. Every kind is present: what could not be collected says so. */
export const PlatformEvidence = z.strictObject({
  vulnerabilities: collected(Vulnerabilities),
  secrets: collected(Secrets),
  licenses: collected(Licenses),
  structure: collected(Structure),
  sbom: collected(Sbom),
  size: collected(Size),
  runtime: collected(Runtime),
  configuration: collected(Configuration),
  base: collectedOrNone(Base),
})
export type PlatformEvidence = z.infer<typeof PlatformEvidence>

/** An archive of one platform: the OCI image that every collector read. */
export const Archive = z.strictObject({ platform: Platform, digest: Digest, mediaType: z.string() })
export type Archive = z.infer<typeof Archive>

/** All evidence of a run. */
export const Evidence = z.strictObject({
  lint: collectedOrNone(Lint),
  /** Absent if no list was given: then nothing was compared with one. */
  knownExploited: CollectedKnownExploited.optional(),
  /** Absent if no list was given: then the probability of exploitation is unknown. */
  exploitPrediction: CollectedExploitPrediction.optional(),
  /** Other scanners' findings. Absent if none were given. */
  additional: z.array(AdditionalFindings).min(1).optional(),
  platforms: z.array(
    z.strictObject({
      archive: Archive,
      evidence: PlatformEvidence,
      /** Absent if the policy does not ask for a second build. */
      reproduction: collected(Reproduction).optional(),
    }),
  ),
})
export type Evidence = z.infer<typeof Evidence>
