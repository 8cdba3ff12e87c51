import type { Directory, Secret, Socket } from '@dagger.io/dagger'
import type { Target } from '../../engine/registry-access.ts'
import type { Pinned } from '../../engine/tool-image.ts'
import type { ManifestForm } from '../../formats/oci/manifest-form.ts'
import type { GitFacts } from '../../model/index.ts'
import type { PolicyText } from '../../policy/file.ts'
import type { ImageSource } from './image-source.ts'

/** The caller's options about the source. */
export interface SourceRequest {
  directory: Directory
  /** The pins of the programs that read it: Loadline's own, or the compiler for them. */
  lock: Pinned
  /** Judge this image instead of building one. The directory then holds the policy and the tests, and a Dockerfile in it is linted. */
  image?: ImageSource
  /** Used if the policy does not name the image. */
  name?: string
  /** Path of the directory below the root of its repository, e.g. `services/orders`; absent for the root. Code-scanning services resolve paths from there. */
  pathInRepository?: string
  /** Text of a policy file from elsewhere; otherwise `loadline.yaml` in the directory, otherwise the default policy. */
  policy?: PolicyText
  /** An organisation's policy file, from outside the directory: the application's policy extends it and cannot change what it locks. */
  organisation?: PolicyText
  /** A `verdict.json` of an earlier run on this application, if the policy accepts one. */
  baseline?: { path: string; text: string }
  /** A release of this application, whose attested verdict is the baseline if the policy accepts one. */
  baselineRelease?: Target
  /** A list of exploited vulnerabilities, instead of the one that the policy names. */
  knownExploited?: { path: string; text: string }
  /** Exploit predictions, instead of those that the policy names. */
  exploitPrediction?: { path: string; text: string }
  /** Findings of other scanners about this image, in SARIF 2.1.0: they are judged too. */
  additional?: ReadonlyArray<{ path: string; text: string }>
  /** Replaces the policy's platforms. */
  platforms?: string[]
  /** Replaces the policy's Dockerfile: a path inside the directory. */
  dockerfile?: string
  /** Replaces the stage that the policy builds. */
  target?: string
  /** Labels for the image, in addition to those from git. One that the Dockerfile sets itself wins. */
  labels?: Readonly<Record<string, string>>
  /** The form to publish, if publishing: one that the platforms do not allow is refused before anything is built. */
  form?: ManifestForm
  /** Added to the policy's build arguments. */
  buildArgs?: Readonly<Record<string, string>>
  /** Build secrets by ID; `any` if nothing will be built. */
  buildSecrets: ReadonlyMap<string, Secret> | 'any'
  /** An ssh agent for the steps that mount one. */
  ssh?: Socket
  /** What version control knows about the directory; absent if there is none. */
  git?: GitFacts
  /** A semantic version for the image; default: from the commit's tags. */
  version?: string
  now: Date
}
