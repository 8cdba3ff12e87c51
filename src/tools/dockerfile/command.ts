import type { Platform } from '../../model/index.ts'

/** What determines which stages of a Dockerfile are built, and on what. */
export interface BuildChoice {
  buildArgs: Readonly<Record<string, string>>
  /** The stage to build; the last one if omitted. */
  target?: string
}

/** The parameters of reading a Dockerfile. */
export interface ReadingRequest extends BuildChoice {
  platforms: readonly Platform[]
  /** IDs of the given build secrets; absent if unknown. */
  secrets?: readonly string[]
  /** Whether an ssh agent is given; absent if unknown. */
  agent?: boolean
}

/** The parameters of preparing it. */
export interface PreparationRequest extends ReadingRequest {
  /** The scope within which the build shares cache mounts. */
  cacheScope: string
  /** Whether the file's own `# check=` may disable build checks. */
  obeyChecks: boolean
  bases: readonly PreparedBase[]
  /** A number that no earlier build had, if none of its steps may come from the engine's cache. */
  again?: number
}

/** An external image, and its replacement in the build. */
export interface PreparedBase {
  /** As BuildKit requests it, according to the reading. */
  reference: string
  platform: string
  /** What the Dockerfile should name instead; absent if unchanged. */
  buildOn?: string
  /** Where the program finds an OCI archive with the image's configuration. */
  archive: string
}

/** ID of the empty secret to which a prepared Dockerfile sets a variable, so that a step cannot read another step's secret. */
export const withheldSecret = 'loadline-withheld'

/** Prints as JSON BuildKit's reading of a Dockerfile, and what in it cannot or must not be built. */
export function readArguments(request: string, dockerfile: string): string[] {
  return ['read', request, dockerfile]
}

/** Prints as JSON the Dockerfile to build for each platform, and the results of BuildKit's checks for the original. */
export function prepareArguments(request: string, dockerfile: string): string[] {
  return ['prepare', request, dockerfile]
}

/** The request file, as the program reads it. */
export function requestFile(request: ReadingRequest | PreparationRequest): string {
  const { buildArgs, target = '', platforms, secrets, ...others } = request
  return JSON.stringify({ buildArgs, target, platforms, secrets: secrets ?? null, ...others })
}
