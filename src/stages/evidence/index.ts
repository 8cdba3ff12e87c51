import type { Collected, Lock, NotApplicable, PlatformEvidence } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { toConfiguration } from '../../tools/inspect/output.ts'
import { ownToolImage } from '../../engine/tool-image.ts'
import type { BuiltArchive } from '../build/build.ts'
import { step, type Progress } from '../../engine/progress.ts'
import { collectBase, type ImageOrigin } from './base.ts'
import { collect } from '../../engine/collect.ts'
import type { OpenDatabase } from './database.ts'
import { collectLicenses, collectSbom, collectVulnerabilities, scanPackages, type SbomDocuments } from './packages.ts'
import { collectRuntime } from './runtime.ts'
import { collectSecrets } from './secrets.ts'
import { collectSize } from './size.ts'
import { collectStructure } from './structure.ts'

/** Everything that the collectors of one platform need. */
export interface CollectRequest {
  built: BuiltArchive
  name: string
  /** Directory of this platform's SBOMs in the reports: empty, or e.g. `sbom/linux-arm64/`. */
  sbomDirectory: string
  /** Absent for an image that was given without a Dockerfile. */
  origin: ImageOrigin | undefined
  structureTests: { path: string; text: string } | undefined
  policy: Policy
  /** The profile under which it is run, where it is not the default one. */
  seccomp: { path: string; text: string } | undefined
  database: Promise<OpenDatabase>
  lock: Lock
}

/** One collector for each kind of evidence. None judges, and none throws: what could not be had is undecided. */
export type Collectors = { [K in keyof PlatformEvidence]: () => Promise<PlatformEvidence[K]> }

/** The collectors of one archive. Those that rest on the same scan share it. `keep` gets the SBOM documents. */
export function collectors(
  { built, name, sbomDirectory, origin, structureTests, policy, seccomp, database, lock }: CollectRequest,
  keep: (sbom: SbomDocuments) => void,
): Collectors {
  const scanned = once(async () => scanPackages(built, await database.catch(() => undefined), lock))
  return {
    vulnerabilities: () => collectVulnerabilities(scanned, () => database, lock),
    secrets: () => collectSecrets(built, lock),
    licenses: () => collectLicenses(scanned, lock),
    structure: () => collectStructure(built, structureTests, policy, lock),
    sbom: () => collectSbom(scanned, { name, digest: built.archive.digest, directory: sbomDirectory }, keep, lock),
    size: () => collectSize(built, lock),
    runtime: () => collectRuntime(built, policy, seccomp, lock),
    configuration: () =>
      collect({ wanted: 'the image configuration', tool: () => ownToolImage(lock, 'inspect') }, async () =>
        toConfiguration(built.inspection),
      ),
    base: () => collectBase(built, origin, lock),
  }
}

/** Collects all evidence of one archive, in parallel. */
export async function collectEvidence(
  request: CollectRequest,
  progress: Progress,
): Promise<{ evidence: PlatformEvidence; sbom: SbomDocuments | undefined }> {
  let sbom: SbomDocuments | undefined
  const all = collectors(request, (documents) => (sbom = documents))
  const watch = <T>(kind: keyof PlatformEvidence, work: () => Promise<Collected<T>>) =>
    step(progress, 'evidence', `${kind} ${request.built.archive.platform}`, work, said)
  const [vulnerabilities, secrets, licenses, structure, sboms, size, runtime, configuration, base] = await Promise.all([
    watch('vulnerabilities', all.vulnerabilities),
    watch('secrets', all.secrets),
    watch('licenses', all.licenses),
    watch('structure', all.structure),
    watch('sbom', all.sbom),
    watch('size', all.size),
    watch('runtime', all.runtime),
    watch('configuration', all.configuration),
    step(progress, 'evidence', `base ${request.built.archive.platform}`, all.base, said),
  ])
  return {
    evidence: { vulnerabilities, secrets, licenses, structure, sbom: sboms, size, runtime, configuration, base },
    sbom,
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
