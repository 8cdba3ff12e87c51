import type { ClusterName, ComplianceName, IdentityName, StackName, TargetName } from './answers.ts'
import type { AwsUse } from './aws.ts'
import type { BackingService } from './backing-services.ts'
import type { OtherService } from './clients.ts'
import type { TlsPlace } from './code-tls.ts'
import type { DatabaseTls } from './database-tls.ts'
import type { RequestMetrics } from './instruments.ts'
import type { CalledHost } from './called-hosts.ts'
import type { Language } from './language.ts'
import type { KeptFile } from './kept-files.ts'
import type { Measured } from './measured.ts'
import type { OwnProcess, Replaced } from './replaced.ts'
import type { RunFile } from './run-files/run-file.ts'
import type { Setting } from './settings/setting.ts'
import type { UsedSetting } from './settings/uses.ts'

export type { Language }

/** What a stack determines about an application: how its image is made and started. */
export interface StackReading {
  stack: StackName
  language: Language
  /** Name that the application gives itself. */
  name: string | undefined
  description: string | undefined
  repository: string | undefined
  /** Images by tag: what builds, and what ships. */
  bases: { build: string; run: string }
  /** Name of the Dockerfile's template, and what fills it. */
  template: string
  values: Readonly<Record<string, string>>
  /** What the build reads, for .dockerignore. */
  sources: readonly string[]
  /** What of these only the build reads. */
  onlyBuild?: readonly string[]
  /** What of these is in the final image as it is in the source. */
  inImage: readonly string[]
  /** The program, which nobody changes, and its arguments, which another start may replace; none if the program needs none. */
  entrypoint: readonly string[]
  command?: readonly string[]
  environment: Readonly<Record<string, string>>
  /** Set if the stack can start it only on a port that the scaffold chooses. */
  port?: number
  health?: string
  ready?: string
  metrics?: string
  /** Names of the libraries that are locked, as the package manager spells them. */
  libraries: ReadonlySet<string>
  /** Settings that the framework reads by itself, where no code shows them. */
  implied?: readonly Setting[]
  /** Files beside the code that its image needs: the template of each, by its path below the source. */
  observing?: Readonly<Record<string, string>>
  /** What makes its logs JSON, as a sentence; absent where no setting does. */
  jsonLogs?: string
  /** What starts the tracing of its libraries, as a sentence; absent where its own code has to. */
  traced?: string
  /** The secret that the build mounts for a private registry. */
  secret: BuildSecret | undefined
  /** The program that must be in the image, and one that must not. */
  structure: { present: string; absent: readonly string[] }
  /** Files of shipped code that belong to programs which are not started: what they answer is nobody's. */
  otherPrograms?: ReadonlySet<string>
  /** What a person should know before the first build. */
  notes: readonly string[]
}

/** A secret of the build: its id, and where the package manager reads it. */
export interface BuildSecret {
  id: string
  target: string
}

/** How an application sends its traces. */
export interface Traces {
  protocol: 'grpc' | 'http/protobuf'
  /** Who says where they go instead of the environment, with what to change; undefined if the environment does. */
  own: { where: string; change: string } | undefined
}

/** An application with everything decided. */
export interface Application extends Omit<
  StackReading,
  | 'name'
  | 'description'
  | 'repository'
  | 'port'
  | 'health'
  | 'ready'
  | 'metrics'
  | 'libraries'
  | 'implied'
  | 'inImage'
  | 'onlyBuild'
  | 'otherPrograms'
> {
  name: string
  description: string
  repository: string
  /** Registry and repository, without tag. */
  image: string
  /** Folder below the repository; empty at its root. */
  path: string
  port: number
  health: string
  ready: string
  /** Where a Prometheus client answers; undefined if the application has none, or no path for it. */
  metrics: string | undefined
  /** Why nothing asks for metrics, as sentences; undefined if something does. */
  unscraped: string | undefined
  /** What is measured of requests, if it is scraped and a library chose the names. */
  requests: RequestMetrics | undefined
  /** How it sends traces; undefined if no library that does is locked. */
  tracing: Traces | undefined
  /** Services that the scaffold can run beside it. */
  needs: readonly BackingService[]
  /** Services that it talks to and that the scaffold leaves to others. */
  others: readonly OtherService[]
  /** Hosts on the internet that it goes to. */
  hosts: readonly CalledHost[]
  /** What its image has of the source beside the program, and whether it starts where that is. */
  files: readonly RunFile[]
  /** Files in its folders that by their names hold secrets: no image has them. */
  secrets: readonly string[]
  fromWorkingDirectory: boolean
  /** What the scaffold's files take the place of, if it is not there any more afterwards. */
  replaced: Replaced | undefined
  /** Other processes of the same code, and the migrations of its database, which no file here starts. */
  processes: readonly OwnProcess[]
  migrations: ReadonlyArray<{ tool: string; path: string }>
  /** What it keeps in files of its own. */
  keeps: readonly KeptFile[]
  /** How its client of PostgreSQL verifies the server; undefined if there is none, or only code can tell it. */
  databaseTls: DatabaseTls | undefined
  /** Where its code decides that itself, whatever the deployment sets. */
  ownTls: readonly TlsPlace[]
  /** What it calls of AWS; undefined if nothing. */
  aws: AwsUse | undefined
  /** Whose cluster it runs in. */
  cluster: ClusterName
  /** How its pods get a role of AWS; undefined if they need none, or the cluster cannot give one. */
  identity: IdentityName | undefined
  /** The name under which it is reached from outside; undefined if it is not. */
  host: string | undefined
  /** Every environment variable that it reads, and who gives it a value. */
  settings: readonly UsedSetting[]
  /** How it spells the scheme of a URL of each service. */
  schemes: Readonly<Record<BackingService, string>>
  healthcheck: readonly string[]
  /** What a run of its image has measured; undefined if nobody gave one. */
  measured: Measured | undefined
  targets: readonly TargetName[]
  compliance: readonly ComplianceName[]
}
