import type { Collected, Lock, NotApplicable, PlatformEvidence, Reproduction } from '../../model/index.ts'
import { toConfiguration } from '../../tools/inspect/output.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { step, type Progress } from '../../engine/progress.ts'
import { collectBase, type ImageOrigin } from './base.ts'
import { collect } from '../../engine/collect.ts'
import type { OpenDatabase } from './database.ts'
import {
  collectLicenses,
  collectSbom,
  collectVulnerabilities,
  sbomDirectory,
  scanPackages,
  type SbomDocuments,
} from './packages.ts'
import type { Source } from '../source/source.ts'
import { collectRuntime } from './runtime.ts'
import type { Reuse } from './kept-run.ts'
import { collectSecrets } from './secrets.ts'
import { collectSize } from './size.ts'
import { collectStructure } from './structure.ts'

/** The image of one platform, with everything its collectors need. */
export interface CollectableImage {
  built: BuiltArchive
  source: Pick<Source, 'subject' | 'policy' | 'platforms' | 'structureTests' | 'seccomp'>
  /** Absent for an image given without a Dockerfile. */
  origin: ImageOrigin | undefined
  database: Promise<OpenDatabase>
  /** Whether an earlier run may stand for a new one; never if it is absent. */
  reuse?: Reuse
  lock: Lock
}

/** One collector for each kind of evidence. None judges, and none throws: what could not be collected is undecided. */
export type Collectors = { [K in keyof PlatformEvidence]: () => Promise<PlatformEvidence[K]> } & {
  /** The documents that `sbom` made; undefined before it has, and if it failed. */
  documents(): SbomDocuments | undefined
}

/** The evidence of one image, and its SBOM documents if they could be made. */
export interface ImageEvidence {
  built: BuiltArchive
  evidence: PlatformEvidence
  sbom: SbomDocuments | undefined
  /** Set by who builds, if the policy asks for a second build. */
  reproduction?: Collected<Reproduction>
}

/** The collectors of one image. Those that need the same scan share it. */
export function collectors({ built, source, origin, database, reuse, lock }: CollectableImage): Collectors {
  const { subject, policy, platforms, structureTests, seccomp } = source
  const { digest, platform } = built.archive
  let documents: SbomDocuments | undefined
  const keep = (made: SbomDocuments): void => {
    documents = made
  }
  const scanned = once(async () => scanPackages(built, await database.catch(() => undefined), lock))
  return {
    vulnerabilities: () => collectVulnerabilities(scanned, () => database, lock),
    secrets: () => collectSecrets(built, lock),
    licenses: () => collectLicenses(scanned, lock),
    structure: () => collectStructure(built, structureTests, policy, lock),
    sbom: () =>
      collectSbom(scanned, { name: subject.name, digest, directory: sbomDirectory(platform, platforms) }, keep, lock),
    size: () => collectSize(built, lock),
    runtime: () => collectRuntime(built, policy, seccomp, lock, reuse),
    configuration: () =>
      collect({ wanted: 'the image configuration', tool: () => ownToolImage(lock, 'inspect') }, async () =>
        toConfiguration(built.inspection),
      ),
    base: () => collectBase(built, origin, lock),
    documents: () => documents,
  }
}

/** Collects all evidence of one image, in parallel. */
export async function collectEvidence(image: CollectableImage, progress: Progress): Promise<ImageEvidence> {
  const { built } = image
  const all = collectors(image)
  const watch = <T>(kind: keyof PlatformEvidence, work: () => Promise<Collected<T>>) =>
    step(progress, 'evidence', work, { of: `${kind} ${built.archive.platform}`, said })
  const [vulnerabilities, secrets, licenses, structure, sboms, size, runtime, configuration, base] = await Promise.all([
    watch('vulnerabilities', all.vulnerabilities),
    watch('secrets', all.secrets),
    watch('licenses', all.licenses),
    watch('structure', all.structure),
    watch('sbom', all.sbom),
    watch('size', all.size),
    watch('runtime', all.runtime),
    watch('configuration', all.configuration),
    step(progress, 'evidence', all.base, { of: `base ${built.archive.platform}`, said }),
  ])
  return {
    built,
    evidence: { vulnerabilities, secrets, licenses, structure, sbom: sboms, size, runtime, configuration, base },
    sbom: all.documents(),
  }
}

function said(cell: Collected<unknown> | NotApplicable): string {
  if (cell.status === 'not-applicable') return `not applicable: ${cell.reason}`
  return cell.status === 'undecided' ? `undecided: ${cell.found}` : ''
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= work())
}
