import { clock, machineLine } from './timing-page.ts'
import type { Timing } from './timing.ts'

/** Two runs beside each other: what takes longer now and what takes less, the greatest difference first. */
export function comparison(before: Timing, after: Timing): string {
  return [
    `before  ${describe(before)}`,
    `after   ${describe(after)}`,
    '',
    row('seconds before', 'after', 'ratio', ''),
    row(...figures(before.seconds, after.seconds), 'everything'),
    row(...figures(before.setUpSeconds, after.setUpSeconds), 'the set-up'),
    ...differences(stepsOf(before), stepsOf(after)),
    ...differences(filesOf(before), filesOf(after)),
    '',
  ].join('\n')
}

function describe(timing: Timing): string {
  const what = `${timing.tier}${timing.whole ? '' : ', some files'}`
  return `${timing.started} ${what} at ${timing.commit?.slice(0, 10) ?? 'no commit'}: ${clock(timing.seconds)}, ${timing.passed} passed, ${timing.failed} failed\n        ${machineLine(timing.machine)}`
}

function stepsOf({ steps }: Timing): Map<string, number> {
  return new Map(
    steps
      .filter(({ cached }) => !cached)
      .map(({ name, file, seconds }) => [`${name}${file === undefined ? '' : ` for ${file}`}`, seconds]),
  )
}

function filesOf({ files }: Timing): Map<string, number> {
  return new Map(files.map(({ file, seconds }) => [file, seconds]))
}

/** What differs by less than a second and a tenth says nothing. */
function differences(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, from: before.get(name), to: after.get(name) }))
    .filter(({ from = 0, to = 0 }) => Math.abs(to - from) >= 1 && Math.abs(to - from) >= 0.1 * Math.max(from, to))
    .toSorted((left, right) => difference(right) - difference(left))
    .map(({ name, from, to }) => row(...figures(from, to), name))
}

function difference({ from = 0, to = 0 }: { from: number | undefined; to: number | undefined }): number {
  return Math.abs(to - from)
}

function figures(from: number | undefined, to: number | undefined): [string, string, string] {
  return [from?.toFixed(1) ?? '-', to?.toFixed(1) ?? '-', from && to ? (to / from).toFixed(2) : '-']
}

function row(from: string, to: string, ratio: string, what: string): string {
  return `${from.padStart(14)} ${to.padStart(9)} ${ratio.padStart(6)}  ${what}`.trimEnd()
}
