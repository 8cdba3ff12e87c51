/** One step of a dimension: how long it took the first time and again, and the most memory that the process of Loadline had. */
export interface Grown {
  size: number
  /** Seconds. */
  first: number
  again: number
  /** Bytes. */
  memory: number
}

/** Steps as a table in Markdown, each beside the smallest one: a ratio below that of the sizes is growth that is less than linear. */
export function growthTable(dimension: string, rows: readonly Grown[]): string {
  const [smallest] = rows
  if (smallest === undefined) return ''
  const times = (value: number, of: number) => `${(value / of).toFixed(2)}×`
  return [
    `| ${dimension} | first run | again | Node memory | size | first run | memory |`,
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      ({ size, first, again, memory }) =>
        `| ${size} | ${first.toFixed(1)} s | ${again.toFixed(1)} s | ${(memory / 1e6).toFixed(0)} MB | ${times(size, smallest.size)} | ${times(first, smallest.first)} | ${times(memory, smallest.memory)} |`,
    ),
    '',
  ].join('\n')
}
