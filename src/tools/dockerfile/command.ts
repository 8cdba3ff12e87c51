import type { Platform } from '../../model/index.ts'

/** What decides which stages of a Dockerfile are built, and on what. */
export interface BuildChoice {
  buildArgs: Readonly<Record<string, string>>
  /** The stage that is built; the last one where it is left out. */
  target?: string
}

/** What a Dockerfile is read for. */
export interface ReadingRequest extends BuildChoice {
  platforms: readonly Platform[]
  /** Ids of the build secrets that are given; left out where nobody knows. */
  secrets?: readonly string[]
}

/** What it is prepared for. */
export interface PreparationRequest extends ReadingRequest {
  /** Whom the build trusts with its cache mounts. */
  cacheScope: string
  /** Whether the file's own `# check=` may take build checks away. */
  obeyChecks: boolean
  bases: readonly PreparedBase[]
}

/** An image from outside, and what stands for it in the build. */
export interface PreparedBase {
  /** As the reading says that BuildKit asks for it. */
  reference: string
  platform: string
  /** What the Dockerfile is to name instead; left out where it stays. */
  buildOn?: string
  /** Where the program finds an OCI archive with the image's configuration. */
  archive: string
}

/** Id of the empty secret that a prepared Dockerfile sets a variable to where a step must not read another step's. */
export const withheldSecret = 'loadline-withheld'

/** Says as JSON what BuildKit reads in a Dockerfile, and what of it cannot or must not be built. */
export function readArguments(request: string, dockerfile: string): string[] {
  return ['read', request, dockerfile]
}

/** Says as JSON the Dockerfile to build for each platform, and what BuildKit's checks say of the one that was written. */
export function prepareArguments(request: string, dockerfile: string): string[] {
  return ['prepare', request, dockerfile]
}

/** The request's file, as the program reads it. */
export function requestFile(request: ReadingRequest | PreparationRequest): string {
  const { buildArgs, target = '', platforms, secrets, ...others } = request
  return JSON.stringify({ buildArgs, target, platforms, secrets: secrets ?? null, ...others })
}
