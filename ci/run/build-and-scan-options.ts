import type { ManifestForm } from '../../src/formats/oci/manifest-form.ts'
import type { DisplayOptions } from '../show/progress-display.ts'
import type { PolicyOptions } from './files/given-file.ts'
import type { RegistryOptions } from './reach-registry.ts'
import type { SignerOptions } from './given-signer.ts'

/** What is built: Dockerfile, stage, platforms, arguments and secrets. */
export interface BuildOptions {
  /** Path of the Dockerfile, relative to the working directory. */
  file?: string
  target?: string
  /** Default: the policy's. */
  platform?: string[]
  /** `NAME=VALUE`, in addition to the policy's. */
  buildArg?: string[]
  /** `ID=env:NAME` or `ID=file:PATH`. */
  buildSecret?: string[]
  /** `env:NAME` or `file:PATH`: the socket of an ssh agent. */
  ssh?: string
}

/** The tags and the form in which a passed image is published. Declared here, for the library too; `releaseFlags` has a flag for each, which the compiler checks. */
export interface ReleaseOptions {
  /** registry/repository:tag, or registry/repository with tags from rules. */
  publish?: string
  tag?: string[]
  version?: string
  consumer?: ManifestForm
  immutableTags?: boolean
}

/** External documents that a verdict takes into account. */
export interface EvidenceOptions {
  baseline?: string
  /** registry/repository:tag of an earlier release. */
  baselineRelease?: string
  knownExploited?: string
  exploitPrediction?: string
  /** Findings of other scanners, as SARIF 2.1.0 files. */
  additionalSarif?: string[]
}

/** What pins tools and bases, and the engine that runs them. */
export interface EngineOptions {
  lock?: string
  /** File with an organisation's own pins for the tools. */
  tools?: string
  engine?: string
}

/** Where vulnerabilities are looked up. */
export interface DatabaseOptions {
  vulnerabilityDatabase?: string
}

/** The options about a run's source and destination, as the command line spells them. */
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
  /** An existing image, judged instead of a build: a reference, or the path of an archive or layout. */
  image?: string
  label?: string[]
  cacheScope?: string
  /** Why nothing can be published despite --publish, if that is known beforehand. Not set by an option. */
  withheld?: string
}

/** The options of `loadline build-and-scan`, as parsed from the command line. */
export interface CommandLineOptions extends SourceOptions, DisplayOptions {
  output: string
}
