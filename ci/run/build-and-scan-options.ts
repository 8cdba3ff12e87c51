import type { ManifestForm } from '../../src/formats/oci/manifest-form.ts'
import type { DisplayOptions } from '../show/progress-display.ts'
import type { PolicyOptions } from './files/given-file.ts'
import type { RegistryOptions } from './reach-registry.ts'
import type { SignerOptions } from './given-signer.ts'

/** What is built, of which stage, for which platforms, with what. */
export interface BuildOptions {
  /** Path of the Dockerfile from the working directory. */
  file?: string
  target?: string
  /** Without any, the policy's. */
  platform?: string[]
  /** `NAME=VALUE`, on top of the policy's. */
  buildArg?: string[]
  /** `ID=env:NAME` or `ID=file:PATH`. */
  buildSecret?: string[]
}

/** The tags and the form in which a passed image is published. Declared here, for the library too; `releaseFlags` has a flag for each, which the compiler checks. */
export interface ReleaseOptions {
  /** registry/repository:tag, or registry/repository with tags by rules. */
  publish?: string
  tag?: string[]
  version?: string
  consumer?: ManifestForm
  immutableTags?: boolean
}

/** Documents from outside that a verdict takes into account. */
export interface EvidenceOptions {
  baseline?: string
  knownExploited?: string
  exploitPrediction?: string
  /** Files of other scanners, in SARIF 2.1.0. */
  additionalSarif?: string[]
}

/** What pins tools and bases, and the engine that runs them. */
export interface EngineOptions {
  lock?: string
  /** File with pins of an organisation's own for the tools. */
  tools?: string
  engine?: string
}

/** Where vulnerabilities are looked up. */
export interface DatabaseOptions {
  vulnerabilityDatabase?: string
}

/** What a run is told about its source, and about where it goes, as the command line spells it. */
export interface SourceOptions
  extends
    PolicyOptions,
    EvidenceOptions,
    DatabaseOptions,
    BuildOptions,
    ReleaseOptions,
    SignerOptions,
    RegistryOptions,
    EngineOptions {
  /** An image that exists already, judged in place of a build: a reference, or the path of an archive or layout. */
  image?: string
  label?: string[]
  cacheScope?: string
  /** Why nothing can be published although --publish asks for it, where that is known before. No option says it. */
  withheld?: string
}

/** The options of `loadline build-and-scan`, as the command line gives them. */
export interface CommandLineOptions extends SourceOptions, DisplayOptions {
  output: string
}
