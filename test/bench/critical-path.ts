/** A step of a run: seconds since the run began. */
export interface Span {
  name: string
  from: number
  to: number
}

/** Steps are told in tenths of a second: one that begins this much before another ended may have waited for it. */
const accuracy = 0.1

/**
 * How long a run takes at least if nothing but its own steps holds it up, in seconds: from the last step that ended back to the one that ended last before that one began, and so on.
 * What the run spends between two steps of this chain is not in it.
 */
export function criticalPath(spans: readonly Span[]): number {
  let total = 0
  let before = Number.POSITIVE_INFINITY
  for (;;) {
    const last = spans
      .filter(({ from, to }) => to <= before + accuracy && from < before)
      .toSorted((left, right) => right.to - left.to)[0]
    if (last === undefined) return total
    total += last.to - last.from
    before = last.from
  }
}
