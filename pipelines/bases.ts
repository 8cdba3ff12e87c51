import {
  baseRow,
  candidateBases,
  currentBase,
  decide,
  exchangeBase,
  type BaseComparison,
  type BaseRow,
  type Candidate,
  type CollectedBase,
} from '../src/bases/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { Platform } from '../src/model/index.ts'
import { collectors } from '../src/stages/evidence/index.ts'
import { step } from '../src/engine/progress.ts'
import { readSource, type Source } from '../src/stages/source/source.ts'
import { imagesOn } from '../src/stages/build/pin-bases.ts'
import { readDockerfile } from '../src/stages/source/read-dockerfile.ts'
import type { ReadImage } from '../src/tools/dockerfile/output.ts'
import { firstLine } from '../src/engine/run-tool.ts'
import { version } from '../src/model/version.ts'
import type { Request } from './request.ts'
import { beginBuild } from './begin-build.ts'

/** A candidate with every measurement but its start, or the row that says why it was not measured. */
type Measured =
  | { row: BaseRow }
  | {
      row?: undefined
      candidate: Candidate
      collected: Omit<CollectedBase, 'runtime'>
      start(): Promise<CollectedBase['runtime']>
    }

/**
 * Measures the application on each candidate base, with the collectors of a normal run: the base of the shipped stage
 * is replaced, the rest of the Dockerfile stays. Nothing is judged and nothing is published. Bases are built and
 * scanned in parallel; starts are timed in sequence, so that none slows another. A base that is unavailable or does not
 * build gets a row that says why. Throws if the source itself cannot be read, or has no base to replace.
 */
export async function compareBases(request: Request, asked: readonly string[]): Promise<BaseComparison> {
  const { progress, now } = request
  const source = await step(progress, 'source', () => readSource(request))
  const [platform] = source.platforms
  const images = basesOf(source, platform)
  const current = currentBase(images).reference
  const measured = await Promise.all(
    candidateBases(images, asked).map((candidate) =>
      step(progress, 'evidence', () => measure(candidate, candidate.reference === current, source, request, platform), {
        of: candidate.reference,
        said: ({ row }) => (row === undefined || row.status === 'measured' ? '' : `${row.status}: ${row.reason}`),
      }),
    ),
  )
  const rows: BaseRow[] = []
  for (const one of measured)
    rows.push(
      one.row ??
        baseRow(one.candidate, one.candidate.reference === current, {
          ...one.collected,
          runtime: await step(progress, 'evidence', one.start, { of: `start on ${one.candidate.reference}` }),
        }),
    )
  const database = measured.flatMap(({ row, ...one }) =>
    'collected' in one && row === undefined && one.collected.vulnerabilities.status === 'collected'
      ? [one.collected.vulnerabilities.value.database]
      : [],
  )[0]
  const decision = decide(rows, now)
  return {
    schemaVersion: 'loadline.bases/v1',
    loadline: version,
    at: now.toISOString(),
    application: source.subject.name,
    platform,
    ...(database === undefined
      ? {}
      : { database: { name: database.name, updatedAt: database.updatedAt, coverage: database.coverage } }),
    rows,
    ...(decision === undefined ? {} : { decision }),
  }
}

async function measure(
  candidate: Candidate,
  isCurrent: boolean,
  source: Source,
  request: Request,
  platform: Platform,
): Promise<Measured> {
  const about = { form: candidate.form, reference: candidate.reference, isCurrent }
  try {
    const tried = isCurrent ? source : await onBase(source, candidate.reference, platform, request)
    const image = await beginBuild(tried, request).image(platform)
    const bases = await image.origin?.bases(platform)
    const all = collectors(image)
    const [size, vulnerabilities, licenses, configuration] = await Promise.all([
      all.size(),
      all.vulnerabilities(),
      all.licenses(),
      all.configuration(),
    ])
    const base = bases?.find(({ final }) => final)
    return {
      candidate,
      collected: {
        image: image.built.archive.digest,
        base: base?.digest,
        substitute: base?.substitute,
        size,
        vulnerabilities,
        licenses,
        configuration,
      },
      start: all.runtime,
    }
  } catch (error) {
    // A base that nobody serves or pins is unavailable; on an available one, the Dockerfile may need something that it lacks.
    if (error instanceof DeliveryError)
      return { row: { ...about, status: error.code === 'LOCK' ? 'not-available' : 'failed', reason: error.message } }
    return { row: { ...about, status: 'failed', reason: firstLine(error) } }
  }
}

/** The images that one platform is built on, with the shipped stages' bases marked. */
function basesOf({ dockerfile }: Source, platform: Platform): Array<ReadImage & { final: boolean }> {
  const images = dockerfile === undefined ? [] : imagesOn(dockerfile.reading, platform)
  return images.map((image) => ({ ...image, final: image.shipped }))
}

/** The source with a different base for the shipped stage, read again. */
async function onBase(source: Source, reference: string, platform: Platform, { lock }: Request): Promise<Source> {
  const { dockerfile } = source
  if (dockerfile === undefined) throw new TypeError('a source that is built has a Dockerfile')
  const text = exchangeBase(dockerfile.text, currentBase(basesOf(source, platform)), reference)
  const { buildArgs, target, path } = dockerfile
  const request = {
    buildArgs,
    ...(target === undefined ? {} : { target }),
    platforms: source.platforms,
  }
  const reading = await readDockerfile({ path, text }, request, lock, { isBuilt: true })
  return { ...source, dockerfile: { ...dockerfile, text, reading } }
}
