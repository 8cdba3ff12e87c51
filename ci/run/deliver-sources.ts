import { assess, notBegun, type Delivery } from '../../pipelines/deliver.ts'
import { deliverTogether } from '../../pipelines/deliver-together.ts'
import type { RunFacts } from '../../pipelines/run-record.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import type { Merged } from '../../src/model/index.ts'
import type { Progress } from '../../src/engine/progress.ts'
import type { SourceOptions } from './build-and-scan-options.ts'
import { beginRun, imageName, namePlaceholder, readGivenSource } from './deliver-source.ts'
import { findEngine, type Engine } from './choose-engine.ts'
import { withSession } from './session.ts'

/** The surroundings of runs of several sources. */
export interface SeveralSurroundings {
  startedAt: Date
  /** How many to judge at a time. */
  parallel: number
  progress(name: string): Progress
  say(line: string): void
  logFile: string
  /** Receives the reports of each source, once; must not throw. */
  ended(name: string, delivery: Delivery): Promise<void>
}

/**
 * One session with one engine for several source directories. Never throws: a source that cannot be judged has a report
 * that says so. Returns their merged verdict.
 */
export async function deliverSources(
  sources: readonly string[],
  options: SourceOptions,
  { startedAt, parallel, progress, say, logFile, ended }: SeveralSurroundings,
): Promise<Merged> {
  const read = await Promise.allSettled(sources.map((source) => readGivenSource(source, options, startedAt)))
  /** With an engine, or with the reason for its absence. */
  const judgeAll = (reached: { engine: Engine } | { error: unknown }) =>
    deliverTogether(
      sources.map((source, index) => {
        const given = read[index]
        const path = given?.status === 'fulfilled' ? given.value.pathInRepository : undefined
        const facts: RunFacts = {
          name: imageName(source),
          mode: 'unknown',
          startedAt,
          ...(path === undefined ? {} : { pathInRepository: path }),
        }
        return {
          async assess() {
            if (given?.status !== 'fulfilled') return notBegun(facts, given?.reason)
            if ('error' in reached) return notBegun(facts, reached.error)
            try {
              const { request, publication } = await beginRun(given.value, reached.engine, {
                startedAt,
                progress: progress(facts.name),
                say,
              })
              return await assess(request, publication)
            } catch (error) {
              return notBegun(facts, error)
            }
          },
          ended: (delivery) => ended(facts.name, delivery),
        }
      }),
      parallel,
    )
  try {
    // Setting up an engine may take long, and nobody would use it.
    if (read.every(({ status }) => status === 'rejected')) return await judgeAll({ error: undefined })
    const named = read.flatMap((given) => (given.status === 'fulfilled' ? [given.value.images] : []))
    const images = async () => [...new Set((await Promise.all(named.map((list) => list()))).flat())]
    const engine = await findEngine({
      say,
      images,
      withoutCosign: options.publish === undefined,
      address: options.engine,
      tools: options.tools,
    })
    return await withSession(engine, logFile, () => judgeAll({ engine }))
  } catch (error) {
    return judgeAll({ error })
  }
}

/** Throws `USAGE` if several sources cannot be told apart, or an option names something that only one of them can have. */
export function requireSeparable(
  sources: readonly string[],
  { image, additionalSarif = [], publish, baseline, baselineRelease, file }: SourceOptions,
): void {
  if (image !== undefined)
    throw new DeliveryError(
      'USAGE',
      `--image names one image, but ${sources.length} sources were given`,
      'Give the one directory that has its policy, or none.',
    )
  if (additionalSarif.length > 0)
    throw new DeliveryError(
      'USAGE',
      `--additional-sarif applies to one image, but ${sources.length} sources were given`,
      'Judge that image in a separate call, and merge the verdicts with "loadline merge".',
    )
  const names = sources.map(imageName)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new DeliveryError(
      'USAGE',
      `two of the sources are called ${twice}, and reports are named after their source`,
      'Judge them in two calls, each with its own --output, and merge the verdicts with "loadline merge".',
    )
  const shared = Object.entries({
    '--publish': publish,
    '--baseline': baseline,
    '--baseline-release': baselineRelease,
    '--file': file,
  }).find(([, value]) => value !== undefined && !value.includes(namePlaceholder))
  if (shared !== undefined)
    throw new DeliveryError(
      'USAGE',
      `${shared[0]} ${shared[1]} can apply to one source only, but ${sources.length} are given`,
      `Put ${namePlaceholder} into it: it is replaced by the name of each source's directory.`,
    )
}
