import type { Proposal } from './repair.ts'

/** The kept proposals of a list, and the dropped ones. */
export interface Kept {
  kept: Proposal[]
  dropped: Proposal[]
}

/**
 * Finds the proposals that work together, by leaving some out: first all together, then halves, down to each one alone.
 * Those that work are kept, in order; one that breaks is tried in its other form, if it has one. Each list is tried
 * once, `mostTries` at most. All together are tried in any case; what is not tried after that, because `mayTry` says no,
 * is returned as untried.
 */
export async function keepWorking(
  proposals: readonly Proposal[],
  works: (proposals: readonly Proposal[]) => Promise<boolean>,
  mayTry: () => boolean = () => true,
): Promise<Kept & { untried: Proposal[] }> {
  const dropped: Proposal[] = []
  const untried: Proposal[] = []
  const add = async (good: readonly Proposal[], more: readonly Proposal[]): Promise<readonly Proposal[]> => {
    const [first] = more
    if (first === undefined) return good
    if (more.length < proposals.length && !mayTry()) {
      untried.push(...more)
      return good
    }
    const together = [...good, ...more]
    if (await works(together)) return together
    if (more.length === 1) {
      if (first.otherwise !== undefined) return add(good, [first.otherwise])
      dropped.push(first)
      return good
    }
    const half = Math.ceil(more.length / 2)
    return add(await add(good, more.slice(0, half)), more.slice(half))
  }
  return { kept: [...(await add([], proposals))], dropped, untried }
}

/** Separates proposals that cannot be made together: of two that change the same place, the earlier one is kept. */
export function withoutOverlaps(proposals: readonly Proposal[]): Kept {
  const kept: Proposal[] = []
  const dropped: Proposal[] = []
  for (const proposal of proposals) {
    const taken = kept.flatMap(({ edits = [] }) => edits)
    const overlaps = (proposal.edits ?? []).some((edit) =>
      taken.some((other) => edit.start < other.end && other.start < edit.end),
    )
    ;(overlaps ? dropped : kept).push(proposal)
  }
  return { kept, dropped }
}
