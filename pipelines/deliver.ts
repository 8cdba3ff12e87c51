import { DeliveryError } from '../src/model/errors.ts'
import type { Run } from '../src/model/index.ts'
import {
  renderReports,
  reportedFindings,
  runtimeFiles,
  type ReportedFinding,
  type Reports,
} from '../src/report/index.ts'
import { defaultTagRules, imageTags, whyNotLatest } from '../src/image-metadata/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import { sbomDirectory } from '../src/stages/evidence/packages.ts'
import type { Target } from '../src/engine/registry-access.ts'
import type { Signer } from '../src/stages/sign/signer.ts'
import { parseImageReference } from '../src/formats/image-reference.ts'
import { buildAndScan } from './build-and-scan.ts'
import type { Request } from './request.ts'
import { releaseFacts } from './release-facts.ts'
import { release } from './release.ts'
import { documentRun, type RunFacts, type RunRecord } from './run-record.ts'

/** Under which tags an image is published. */
export interface TagChoice {
  /** Rules, where the target's reference has no tag; without any, semantic version and commit. */
  rules: readonly string[]
  /** A tag that exists with another digest is not moved: the release fails. */
  immutable: boolean
}

/** What to do with an image that passed. */
export interface Publication {
  target: Target
  tags: TagChoice
  signer?: Signer
  /** Set where it was known before the run that nothing can be published, with the reason: the image is judged all the same. */
  withheld?: string
  /** Digests of the images that may be released, where these have been judged before. */
  only?: readonly string[]
}

/** A run that ended: its document, its findings as every report tells them, and every report by file name. */
export interface Delivery {
  run: Run
  findings: readonly ReportedFinding[]
  reports: Record<string, string> & Pick<Reports, 'verdict.json'>
  archives: BuiltArchive[]
}

/** A run that has come to its gate, or has broken off before. Nothing is published yet. */
export interface Assessed {
  /** Its document so far. */
  run: Run
  /** Whether it passed and is to be published. */
  releasable: boolean
  /** Publishes and signs what is to be, and gives the reports. `held` says why this must not happen although the image passed. Never throws. */
  conclude(held?: string): Promise<Delivery>
}

/** The whole flow, from the source to the reports. Never throws: a run that breaks is a report as well, and one that cannot be read as clean. */
export async function deliver(request: Request, publication?: Publication): Promise<Delivery> {
  return (await assess(request, publication)).conclude()
}

/** The flow up to the gate. Never throws. */
export async function assess(request: Request, publication?: Publication): Promise<Assessed> {
  const place = request.pathInRepository === undefined ? {} : { pathInRepository: request.pathInRepository }
  const facts = { name: request.name ?? 'application', mode: request.lock.mode, startedAt: request.now, ...place }
  const { record, tags } = await recordRun(request, publication)
  return {
    run: documentRun(record, facts),
    releasable: record.passed !== undefined && publication !== undefined && publication.withheld === undefined,
    async conclude(held) {
      const consumerFiles =
        publication === undefined ? {} : await releaseOrRecordWhyNot(record, publication, { request, tags, held })
      const run = documentRun(record, facts)
      const findings = reportedFindings(run)
      return {
        run,
        findings,
        archives: archivesOf(record),
        reports: { ...renderReports(run, findings), ...runtimeFiles(run), ...sbomReports(record), ...consumerFiles },
      }
    },
  }
}

/** The record of a run up to its gate, and the tags to publish under. If the rules for tags are not valid, the run fails before it starts. */
async function recordRun(
  request: Request,
  publication: Publication | undefined,
): Promise<{ record: RunRecord; tags: string[] }> {
  try {
    const { git, version } = request
    const tags = publication === undefined ? [] : imageTags(tagRulesOf(publication), { git, version })
    return { record: await buildAndScan(request), tags }
  } catch (error) {
    return { record: { failure: error }, tags: [] }
  }
}

/** A run that could not even begin, in the same form. */
export async function notBegun(facts: RunFacts, error: unknown): Promise<Assessed> {
  const run = documentRun({ failure: error }, facts)
  const findings = reportedFindings(run)
  return {
    run,
    releasable: false,
    conclude: async () => ({ run, findings, archives: [], reports: renderReports(run, findings) }),
  }
}

/** What the publication of one run depends on. */
interface ReleaseChoice {
  request: Request
  tags: string[]
  held: string | undefined
}

/** Releases an image that passed. Returns the files that a consumer verifies it with. Never throws. */
async function releaseOrRecordWhyNot(
  record: RunRecord,
  publication: Publication,
  choice: ReleaseChoice,
): Promise<Record<string, string>> {
  try {
    if (record.verdict !== undefined) return await releaseJudged(record, publication, choice)
  } catch (error) {
    record.failure = error
  }
  if (record.failure !== undefined)
    record.notPublished = `${publication.target.reference} was not released: the run failed`
  return {}
}

/** The judged images. A run that failed before its verdict has none. */
function archivesOf({ verdict, images = [] }: RunRecord): BuiltArchive[] {
  return verdict === undefined ? [] : images.map(({ built }) => built)
}

/** Releases a passed image, or records why it was not touched. Gives the files that a consumer verifies it by. */
async function releaseJudged(
  record: RunRecord,
  publication: Publication,
  { request, tags, held }: ReleaseChoice,
): Promise<Record<string, string>> {
  const { passed } = record
  const archives = archivesOf(record)
  const reason = passed === undefined ? 'only a passed verdict is published' : (publication.withheld ?? held)
  if (passed === undefined || reason !== undefined) {
    record.notPublished = `${publication.target.reference} was not touched: ${reason}`
    return {}
  }
  requireOnly(publication, archives)
  const known = await releaseFacts(record, request)
  const { release: released, consumerFiles } = await release(passed, archives, {
    ...publication,
    ...(request.form === undefined ? {} : { form: request.form }),
    ...known,
    tags,
    immutable: publication.tags.immutable,
    lock: request.lock,
    progress: request.progress,
    now: new Date(),
  })
  const latestWithheld = whyNotLatest(tagRulesOf(publication), { git: request.git, version: request.version })
  record.release = { ...released, ...(latestWithheld === undefined ? {} : { latestWithheld }) }
  return consumerFiles
}

/** The rules by which a release is named. Throws `USAGE`. */
function tagRulesOf({ target: { reference }, tags: { rules } }: Publication): readonly string[] {
  const parsed = parseImageReference(reference)
  const hint = 'Write registry/repository for tags by rules, or registry/repository:tag for that one.'
  if (parsed === undefined || parsed.digest !== undefined)
    throw new DeliveryError('USAGE', `"${reference}" does not say where to publish`, hint)
  if (parsed.tag === undefined) return rules.length === 0 ? defaultTagRules : rules
  if (rules.length > 0)
    throw new DeliveryError('USAGE', `"${reference}" has a tag, and rules for tags were given as well`, hint)
  return [`type=raw,value=${parsed.tag}`]
}

/** Throws `PUBLISH` where other images were built than those that are to be released. */
function requireOnly({ only }: Publication, archives: readonly BuiltArchive[]): void {
  const built = archives
    .map(({ archive }) => archive.digest)
    .toSorted()
    .join(', ')
  const wanted = only?.toSorted().join(', ')
  if (wanted !== undefined && wanted !== built)
    throw new DeliveryError(
      'PUBLISH',
      `${wanted} was assessed, and the same source has become ${built}`,
      'Assess again and release that; make the build reproducible if that happens again.',
    )
}

/** Where the evidence says that they are, also when one platform's SBOM could not be made. */
function sbomReports({ source, images = [] }: RunRecord): Record<string, string> {
  const platforms = source?.platforms ?? []
  return Object.fromEntries(
    images.flatMap(({ built, sbom }) => {
      if (sbom === undefined) return []
      const directory = sbomDirectory(built.archive.platform, platforms)
      return [
        [`${directory}sbom.cdx.json`, sbom.cyclonedx],
        [`${directory}sbom.spdx.json`, sbom.spdx],
      ]
    }),
  )
}
