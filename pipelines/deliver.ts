import { DeliveryError } from '../src/errors.ts'
import type { Run } from '../src/model/index.ts'
import { renderReports, runtimeFiles } from '../src/report/index.ts'
import { defaultTagRules, imageTags } from '../src/source-metadata/index.ts'
import type { BuiltArchive } from '../src/stages/build.ts'
import type { Target } from '../src/stages/registry-access.ts'
import type { Signer } from '../src/stages/signer.ts'
import { parseImageReference } from '../src/tools/buildkit/image-reference.ts'
import { buildAndScan, type Request } from './build-and-scan.ts'
import { releaseFacts } from './release-facts.ts'
import { release } from './release.ts'
import { documentRun, sbomDirectory, type RunRecord } from './run-record.ts'

/** What to do with an image that passed. */
export interface Publication {
  target: Target
  /** Rules for the tags, where the target's reference has none; without any, semantic version and commit. */
  tagRules?: readonly string[]
  signer?: Signer
  /** Set where it was known before the run that nothing can be published, with the reason: the image is judged all the same. */
  withheld?: string
  /** Refuse to move a tag that exists with another digest. */
  immutableTags?: boolean
  /** Digests of the images that may be released, where these have been judged before. */
  only?: readonly string[]
}

/** A run that ended: its document, and every report by file name. */
export interface Delivery {
  run: Run
  reports: Record<string, string>
  archives: BuiltArchive[]
}

/** The whole flow, from the source to the reports. Never throws: a run that breaks is a report as well, and one that cannot be read as clean. */
export async function deliver(request: Request, publication?: Publication): Promise<Delivery> {
  const record: RunRecord = {}
  const place = request.pathInRepository === undefined ? {} : { pathInRepository: request.pathInRepository }
  const facts = { name: request.name ?? 'application', mode: request.lock.mode, startedAt: request.now, ...place }
  let archives: BuiltArchive[] = []
  let consumerFiles: Record<string, string> = {}
  let failure: unknown
  try {
    const tags = publication === undefined ? [] : tagsOf(publication, request)
    const judged = await buildAndScan(request, record)
    archives = judged.archives
    if (publication !== undefined && judged.passed === undefined) record.notPublished = `${publication.target.reference} was not touched: only a passed verdict is published`
    else if (publication?.withheld !== undefined) record.notPublished = `${publication.target.reference} was not touched: ${publication.withheld}`
    else if (publication !== undefined && judged.passed !== undefined) {
      requireOnly(publication, judged.archives)
      const known = await releaseFacts(record, request)
      const consumer = request.consumer === undefined ? {} : { consumer: request.consumer }
      const released = await release(judged.passed, judged.archives, { ...publication, ...consumer, ...known, tags, lock: request.lock, progress: request.progress, now: new Date() })
      record.release = released.release
      consumerFiles = released.consumerFiles
    }
  } catch (error) {
    failure = error
    if (publication !== undefined) record.notPublished = `${publication.target.reference} was not released: the run broke off`
  }
  const run = await documentRun(record, facts, failure)
  return { run, archives, reports: { ...renderReports(run), ...runtimeFiles(run), ...sbomReports(record), ...consumerFiles } }
}

/** The tags of a release, settled before anything is built. Throws `USAGE`. */
function tagsOf({ target: { reference }, tagRules }: Publication, { git, version }: Request): string[] {
  const parsed = parseImageReference(reference)
  const hint = 'Write registry/repository for tags by rules, or registry/repository:tag for that one.'
  if (parsed === undefined || parsed.digest !== undefined) throw new DeliveryError('USAGE', `"${reference}" does not say where to publish`, hint)
  if (parsed.tag === undefined) return imageTags(tagRules ?? defaultTagRules, { git, version })
  if (tagRules !== undefined) throw new DeliveryError('USAGE', `"${reference}" has a tag, and rules for tags were given as well`, hint)
  return imageTags([`type=raw,value=${parsed.tag}`], { git, version })
}

/** Throws `PUBLISH` where other images were built than those that are to be released. */
function requireOnly({ only }: Publication, archives: readonly BuiltArchive[]): void {
  const built = archives.map(({ archive }) => archive.digest).toSorted().join(', ')
  const wanted = only?.toSorted().join(', ')
  if (wanted !== undefined && wanted !== built) throw new DeliveryError('PUBLISH', `${wanted} was assessed, and the same source has become ${built}`, 'Assess again and release that; make the build reproducible if it stays.')
}

/** Where the evidence says that they are, also when one platform's SBOM could not be made. */
function sbomReports({ source, sboms = [] }: RunRecord): Record<string, string> {
  const platforms = source?.policy.build.platforms ?? []
  return Object.fromEntries(
    sboms.flatMap(({ platform, documents }) => {
      const directory = sbomDirectory(platform, platforms)
      return [
        [`${directory}sbom.cdx.json`, documents.cyclonedx],
        [`${directory}sbom.spdx.json`, documents.spdx],
      ]
    }),
  )
}
