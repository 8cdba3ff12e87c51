import type { Directory, Secret } from '@dagger.io/dagger'
import type { Pinned } from '../../engine/tool-image.ts'
import type { ManifestForm } from '../../formats/oci/manifest-form.ts'
import type { GitFacts } from '../../model/index.ts'
import type { PolicyText } from '../../policy/file.ts'
import type { ImageSource } from './image-source.ts'

/** What the caller may say about the source. */
export interface SourceRequest {
  directory: Directory
  /** Which programs read it: Loadline's own are pinned there, or compiled by what it pins. */
  lock: Pinned
  /** Judge this image, and build none. The directory then holds the policy and the tests, and a Dockerfile in it is linted. */
  image?: ImageSource
  /** Used where the policy gives the image no name. */
  name?: string
  /** Path of the directory below the root of its repository, e.g. `services/orders`; absent where it is the root. Code-scanning services count paths from there. */
  pathInRepository?: string
  /** Text of a policy file from elsewhere; otherwise `loadline.yaml` in the directory, otherwise the default policy. */
  policy?: PolicyText
  /** An organisation's policy file, from outside the directory: the application's stands on it and cannot change what it locks. */
  organisation?: PolicyText
  /** A `verdict.json` of an earlier run on this application, where the policy accepts one. */
  baseline?: { path: string; text: string }
  /** A list of exploited vulnerabilities, instead of the one that the policy names. */
  knownExploited?: { path: string; text: string }
  /** Exploit predictions, instead of those that the policy names. */
  exploitPrediction?: { path: string; text: string }
  /** Findings of other scanners about this image, in SARIF 2.1.0: they are judged as well. */
  additional?: ReadonlyArray<{ path: string; text: string }>
  /** Replaces the policy's platforms. */
  platforms?: string[]
  /** Replaces the policy's Dockerfile: a path inside the directory. */
  dockerfile?: string
  /** Replaces the stage that the policy builds. */
  target?: string
  /** Labels for the image, besides those that git gives. One that the Dockerfile sets itself wins. */
  labels?: Readonly<Record<string, string>>
  /** In which form it is to be published, where it is: one that the platforms do not allow is refused before anything is built. */
  form?: ManifestForm
  /** Added to the policy's build arguments. */
  buildArgs?: Readonly<Record<string, string>>
  /** Build secrets by id; `any` where nothing is going to be built. */
  buildSecrets: ReadonlyMap<string, Secret> | 'any'
  /** What version control knows of the directory; left out where there is none. */
  git?: GitFacts
  /** A semantic version for the image; otherwise the tags of the commit say it. */
  version?: string
  now: Date
}
