import type { Run } from '../src/model/index.ts'
import { renderReports } from '../src/report/index.ts'
import type { BuiltArchive } from '../src/stages/build.ts'
import type { Target } from '../src/stages/registry-access.ts'
import type { Signer } from '../src/stages/signer.ts'
import { buildAndScan, type Request } from './build-and-scan.ts'
import { release } from './release.ts'
import { documentRun, sbomDirectory, type RunRecord } from './run-record.ts'

/** What to do with an image that passed. */
export interface Publication {
  target: Target
  signer?: Signer
  /** Set where it was known before the run that nothing can be published, with the reason: the image is judged all the same. */
  withheld?: string
  /** Refuse to move a tag that exists with another digest. */
  immutableTags?: boolean
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
    const judged = await buildAndScan(request, record)
    archives = judged.archives
    if (publication !== undefined && judged.passed === undefined) record.notPublished = `${publication.target.reference} was not touched: only a passed verdict is published`
    else if (publication?.withheld !== undefined) record.notPublished = `${publication.target.reference} was not touched: ${publication.withheld}`
    else if (publication !== undefined && judged.passed !== undefined) {
      const released = await release(judged.passed, judged.archives, { ...publication, ...(request.consumer === undefined ? {} : { consumer: request.consumer }), policy: judged.policy, lock: request.lock, progress: request.progress })
      record.release = released.release
      consumerFiles = released.consumerFiles
    }
  } catch (error) {
    failure = error
    if (publication !== undefined) record.notPublished = `${publication.target.reference} was not released: the run broke off`
  }
  const run = await documentRun(record, facts, failure)
  return { run, archives, reports: { ...renderReports(run), ...sbomReports(record), ...consumerFiles } }
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
