import type { Proposal } from './repair.ts'

/** What was kept of a list of proposals, and what was left out. */
export interface Kept {
  kept: Proposal[]
  dropped: Proposal[]
}

/**
 * The proposals that work together, found by leaving out: all at once, then by halves, down to each alone. What works stays, in its order, and what
 * breaks is tried in its other form where it has one. Each list is tried once; at most three times as many are tried as there are proposals.
 */
export async function keepWorking(
  proposals: readonly Proposal[],
  works: (proposals: readonly Proposal[]) => Promise<boolean>,
): Promise<Kept> {
  const dropped: Proposal[] = []
  const add = async (good: readonly Proposal[], more: readonly Proposal[]): Promise<readonly Proposal[]> => {
    const [first] = more
    if (first === undefined) return good
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
  return { kept: [...(await add([], proposals))], dropped }
}

/** Parts proposals that cannot be made together: of two that change the same place, the earlier one stays. */
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
