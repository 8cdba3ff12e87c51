import { DeliveryError } from '../src/model/errors.ts'
import type { Digest, Lock, Run } from '../src/model/index.ts'
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
import { registryAccess, type Target } from '../src/engine/registry-access.ts'
import { resolveImage } from '../src/engine/resolve-image.ts'
import type { Signer } from '../src/stages/sign/signer.ts'
import { parseImageReference } from '../src/formats/image-reference.ts'
import { buildAndScan } from './build-and-scan.ts'
import type { Request } from './request.ts'
import { releaseFacts } from './release-facts.ts'
import { release } from './release.ts'
import { documentRun, type RunFacts, type RunRecord } from './run-record.ts'

/** The tags under which an image is published. */
export interface TagChoice {
  /** Rules, if the target's reference has no tag; by default, semantic version and commit. */
  rules: readonly string[]
  /** Fail instead of moving a tag that exists with a different digest. */
  immutable: boolean
}

/** What to do with a passed image. */
export interface Publication {
  target: Target
  tags: TagChoice
  signer?: Signer
  /** Why nothing can be published, if that is known before the run: the image is still judged. */
  withheld?: string
  /** Digests of the images that may be released, if they have been judged before. */
  only?: readonly string[]
}

/** A finished run: its document, its findings as every report presents them, and every report by file name. */
export interface Delivery {
  run: Run
  findings: readonly ReportedFinding[]
  reports: Record<string, string> & Pick<Reports, 'verdict.json'>
  archives: BuiltArchive[]
}

/** A run that has reached its gate, or broke before it. Nothing is published yet. */
export interface Assessed {
  /** Its document so far. */
  run: Run
  /** Whether it passed and should be published. */
  releasable: boolean
  /** Publishes and signs if requested, and returns the reports. `held` says why a passed image must not be released. Never throws. */
  conclude(held?: string): Promise<Delivery>
}

/**
 * The whole flow, from the source to the reports. Never throws: a run that breaks is a report too, and one that cannot
 * be mistaken for a clean one.
 */
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
    const mayReuse = publication === undefined ? {} : { mayReuse: isIn(publication.target, request.lock) }
    return { record: await buildAndScan({ ...request, ...mayReuse }), tags }
  } catch (error) {
    return { record: { failure: error }, tags: [] }
  }
}

/**
 * Whether the registry has a digest already: a first release rests on a run of its own. A registry that cannot be asked
 * may have none.
 */
function isIn(target: Target, lock: Lock): (digest: Digest) => Promise<boolean> {
  return async (digest) => {
    try {
      const { digest: found } = await resolveImage({ ...(await registryAccess(target, lock)), digest }, lock)
      return found === digest
    } catch (error) {
      if (error instanceof DeliveryError) return false
      throw error
    }
  }
}

/** A run that could not even start, in the same form. */
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

/** Releases a passed image, or records why it was not. Returns the files with which a consumer verifies it. */
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

/** The rules for a release's tags. Throws `USAGE`. */
function tagRulesOf({ target: { reference }, tags: { rules } }: Publication): readonly string[] {
  const parsed = parseImageReference(reference)
  const hint = 'Use registry/repository for tags from rules, or registry/repository:tag for exactly that tag.'
  if (parsed === undefined || parsed.digest !== undefined)
    throw new DeliveryError('USAGE', `expected a registry/repository to publish to, found "${reference}"`, hint)
  if (parsed.tag === undefined) return rules.length === 0 ? defaultTagRules : rules
  if (rules.length > 0)
    throw new DeliveryError('USAGE', `"${reference}" has a tag, but tag rules are given as well`, hint)
  return [`type=raw,value=${parsed.tag}`]
}

/** Throws `PUBLISH` if the images built are not those to be released. */
function requireOnly({ only }: Publication, archives: readonly BuiltArchive[]): void {
  const built = archives
    .map(({ archive }) => archive.digest)
    .toSorted()
    .join(', ')
  const wanted = only?.toSorted().join(', ')
  if (wanted !== undefined && wanted !== built)
    throw new DeliveryError(
      'PUBLISH',
      `expected to build the assessed ${wanted}, found that the same source now builds ${built}`,
      'Assess again and release the result; if this happens again, make the build reproducible.',
    )
}

/** Where the evidence says they are, even if one platform's SBOM could not be made. */
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
