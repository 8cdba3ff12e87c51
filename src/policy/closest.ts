/** The closest candidate to a misspelt word: at most a third of its letters may differ. Undefined if none is close. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  const [nearest] = candidates
    // A word can be as long as a file: only those that can be near are compared.
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter((entry) => entry.distance <= limit)
    .sort((left, right) => left.distance - right.distance)
  return nearest?.candidate
}

/** The number of letters to change, add, drop or swap with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const above = rows[row - 1]!
      const change = above[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      let best = Math.min(change, above[column]! + 1, current[column - 1]! + 1)
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) best = Math.min(best, rows[row - 2]![column - 2]! + 1)
      current.push(best)
    }
    rows.push(current)
  }
  return rows[from.length]![to.length]!
}
