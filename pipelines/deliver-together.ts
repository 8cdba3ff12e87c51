import pLimit from 'p-limit'
import { givenPart, mergeVerdicts, type GivenPart } from '../src/gate/index.ts'
import type { Merged } from '../src/model/index.ts'
import type { Assessed, Delivery } from './deliver.ts'

/** One of several sources. */
export interface Part {
  /** Runs the flow up to the gate. Never throws. */
  assess(): Promise<Assessed>
  /** Called once, when its reports are final. */
  ended(delivery: Delivery): Promise<void>
}

/**
 * Several sources in one call: each is judged whatever happens to the others, `parallel` of them at a time, and their verdicts are merged.
 * Nothing is published before all of them are judged, and nothing at all unless the merged verdict is passed. Returns the merged verdict.
 */
export async function deliverTogether(parts: readonly Part[], parallel: number): Promise<Merged> {
  const end = async (part: Part, assessed: Assessed, held?: string): Promise<GivenPart> => {
    const delivery = await assessed.conclude(held)
    await part.ended(delivery)
    return givenPart(delivery.run, delivery.reports['verdict.json'])
  }
  const atMost = pLimit(parallel)
  const judged = await atMost.map(parts, async (part) => {
    const assessed = await part.assess()
    // Only releases wait for the others. The rest get their reports now, and their evidence is dropped.
    return assessed.releasable
      ? { part, assessed, verdict: givenPart(assessed.run) }
      : { verdict: await end(part, assessed) }
  })

  const held = reasonToHold(merge(judged.map(({ verdict }) => verdict)))
  return merge(
    await atMost.map(judged, async ({ part, assessed, verdict }) =>
      part === undefined ? verdict : end(part, assessed, held),
    ),
  )
}

/** All of them were requested and have just been judged, so none is missing or old. */
function merge(parts: readonly GivenPart[]): Merged {
  return mergeVerdicts(parts, {
    expected: [...new Set(parts.map(({ run }) => run.subject.name))],
    maximumAge: Number.POSITIVE_INFINITY,
    now: new Date(),
  })
}

function reasonToHold({ outcome, parts, faults }: Merged): string | undefined {
  if (outcome === 'passed') return undefined
  const others = parts
    .filter(({ state }) => state !== 'passed')
    .map(({ name, state }) => `${name} ${state === 'broken' ? 'failed' : `was ${state}`}`)
  return `sources of one call are released together or not at all, and ${[...others, ...faults].join('; ')}`
}
