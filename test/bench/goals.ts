import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { BesideTrivy } from './beside-trivy.ts'
import { machine } from './machine.ts'

/** The figures of one run that there are goals for. Seconds, megabytes, or ratios. */
export interface Figures {
  /** Cold, one line changed, nothing changed. */
  ratios: ReadonlyArray<{ script: number; thorough: number }>
  /** From the start of the command line to the start of its first stage. */
  start: number
  /** What `dagger call` takes longer than the command line. */
  call: number
  scale: { seconds: number; megabytes: number }
  growth: readonly BesideTrivy[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The goals for speed, and what was measured. Two of them take an hour and more, and are measured by hand: docs/performance.md says how. */
export function goalsTable({ ratios, start, call, scale, growth }: Figures): string {
  const [cold, line, nothing] = ratios
  const rows: Array<[what: string, measured: string, goal: string, isReached: boolean]> = [
    ['cold, against the script', ratio(cold?.script), '<= 0.95', reaches(cold?.script, 0.95)],
    ['one line changed, against the script', ratio(line?.script), '<= 0.85', reaches(line?.script, 0.85)],
    ['nothing changed, against the script', ratio(nothing?.script), '<= 0.60', reaches(nothing?.script, 0.6)],
    [
      'the three, against the thorough script',
      ratios.map(({ thorough }) => ratio(thorough)).join(', '),
      '<= 0.55',
      ratios.every(({ thorough }) => reaches(thorough, 0.55)),
    ],
    ['from the start to `source`', `${start.toFixed(2)} s`, '<= 1.16 s', reaches(start, 1.16)],
    ['`dagger call` over the command line', `${call.toFixed(2)} s`, '<= 1.5 s', reaches(call, 1.5)],
    [
      '50,000 findings and 100,000 packages judged and reported',
      `${scale.seconds.toFixed(1)} s, ${(scale.megabytes / 1_000).toFixed(2)} GB`,
      '<= 6 s, 0.6 GB',
      reaches(scale.seconds, 6) && reaches(scale.megabytes, 600),
    ],
    [
      'an archive judged, against Trivy alone on it',
      growth.map(({ what, loadline, trivy }) => `${ratio(loadline / trivy)} (${what})`).join(', '),
      '<= 1.3',
      growth.every(({ loadline, trivy }) => reaches(loadline / trivy, 1.3)),
    ],
  ]
  return [
    '',
    `Goals, ${machine()}.`,
    '',
    '| what | measured | goal | |',
    '| --- | ---: | ---: | --- |',
    ...rows.map(
      ([what, measured, goal, isReached]) =>
        `| ${what} | ${measured} | ${goal} | ${isReached ? 'reached' : 'missed'} |`,
    ),
    '',
  ].join('\n')
}

/** What `dagger call` takes over the command line, in seconds: bench:start, read from its table. */
export async function measureCall(say: (line: string) => void): Promise<number> {
  const { stdout } = await runBenchmark('start.ts', '--rounds', '3')
  say(stdout)
  return Number(/^\| dagger call assess \|(?: [^|]+\|){3} (-?[\d.]+) \|/m.exec(stdout)?.[1])
}

/** bench:scale, in seconds and megabytes. */
export async function measureScale(): Promise<{ seconds: number; megabytes: number }> {
  const { stdout } = await runBenchmark('scale.ts')
  const [, seconds, megabytes] = /^all ([\d.]+) s.*at most (\d+) MB/m.exec(stdout) ?? []
  return { seconds: Number(seconds), megabytes: Number(megabytes) }
}

function runBenchmark(file: string, ...options: string[]): Promise<{ stdout: string }> {
  const program = join(root, 'test/bench', file)
  return execa(process.execPath, ['--import', 'tsx', program, ...options], { cwd: root, stderr: 'inherit' })
}

function ratio(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(2)
}

/** What was not measured is not reached. */
function reaches(value: number | undefined, most: number): boolean {
  return value !== undefined && value <= most
}
