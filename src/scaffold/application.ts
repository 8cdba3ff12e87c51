import type { ComplianceName, StackName, TargetName } from './answers.ts'

export type Language = 'python' | 'node' | 'go' | 'java' | 'rust'

/** A service of others that the application talks to. */
export type BackingService = 'postgres' | 'redis'

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
  entrypoint: readonly string[]
  environment: Readonly<Record<string, string>>
  /** Set if the stack can start it only on a port that the scaffold chooses. */
  port?: number
  health?: string
  ready?: string
  metrics?: string
  needs: readonly BackingService[]
  /** The secret that the build mounts for a private registry. */
  secret: BuildSecret | undefined
  /** The program that must be in the image, and one that must not. */
  structure: { present: string; absent: readonly string[] }
  /** What a person should know before the first build. */
  notes: readonly string[]
}

/** A secret of the build: its id, and where the package manager reads it. */
export interface BuildSecret {
  id: string
  target: string
}

/** An application with everything decided. */
export interface Application extends Omit<
  StackReading,
  'name' | 'description' | 'repository' | 'port' | 'health' | 'ready' | 'metrics'
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
  metrics: string
  healthcheck: readonly string[]
  targets: readonly TargetName[]
  compliance: readonly ComplianceName[]
}
