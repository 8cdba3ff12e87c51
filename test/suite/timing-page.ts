import type { Machine, TimedFile, Timing } from './timing.ts'

/** A file of the tests without an engine has a row of its own from here on. */
const rowFromSeconds = 5

/** Where the time of a run went, for people: what `npm test` ends with. */
export function timingPage(timing: Timing): string {
  return [
    '',
    `Where the time went: ${clock(timing.seconds)}, of it ${clock(timing.setUpSeconds)} for the set-up.`,
    machineLine(timing.machine),
    '',
    'Set-up',
    ...rows(setUpRows(timing)),
    'Files',
    ...rows(fileRows(timing)),
    'Slowest tests',
    ...rows(timing.slowest.map(({ file, title, seconds }) => [figure(seconds), `${file} > ${title}`])),
    '',
  ].join('\n')
}

/** The machine in one line. */
export function machineLine({ cores, processor, memoryGiB, speed, load, busy, stolen }: Machine): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return [
    `${cores} cores (${processor}), ${memoryGiB} GiB, 16 MiB compressed in ${speed} s`,
    `load ${load.start} at the start and ${load.end} at the end`,
    ...(busy === undefined ? [] : [`processors ${percent(busy)} busy`]),
    ...(stolen === undefined ? [] : [`${percent(stolen)} stolen`]),
  ].join('; ')
}

/** Seconds as people say them: `62.0 s`, from two minutes on `2 min 5 s`. */
export function clock(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

function setUpRows({ steps }: Timing): string[][] {
  const made = steps.filter(({ file, cached, seconds }) => file === undefined && !cached && seconds >= 0.1)
  if (made.length === 0) return [['', 'everything was there']]
  return made
    .toSorted((left, right) => right.seconds - left.seconds)
    .map(({ name, kind, seconds }) => [figure(seconds), `${name}${kind === 'other' ? '' : ` (${kind})`}`])
}

function fileRows(timing: Timing): string[][] {
  const shown = timing.files.filter(({ project, seconds }) => hasEngine(project) || seconds >= rowFromSeconds)
  const others = timing.files.filter((file) => !shown.includes(file))
  const projects = [...new Set(others.map(({ project }) => project))]
  return [
    ...shown.map((file) => [figure(file.seconds), `${file.file}${said(file, compilingSeconds(timing, file))}`]),
    ...projects.map((project) => {
      const all = others.filter((file) => file.project === project)
      return [
        figure(sum(all.map(({ seconds }) => seconds))),
        `${all.length} others of ${project}, side by side (${sum(all.map(({ tests }) => tests))} tests)`,
      ]
    }),
  ]
}

/** Seconds of a file in which it waited for a compiler or for the modules that one needs. */
export function compilingSeconds({ steps }: Timing, { file }: TimedFile): number {
  return sum(steps.filter((step) => step.file === file && step.kind !== 'other').map(({ seconds }) => seconds))
}

function said({ tests, failed }: TimedFile, compiling: number): string {
  const parts = [
    `${tests} tests`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(compiling >= 0.1 ? [`${figure(compiling).trim()} s of it compiling`] : []),
  ]
  return ` (${parts.join(', ')})`
}

function hasEngine(project: string): boolean {
  return project === 'engine' || project === 'exhaustive'
}

function figure(seconds: number): string {
  return seconds.toFixed(1).padStart(8)
}

function rows(cells: readonly string[][]): string[] {
  return [...cells.map(([first = '', ...others]) => `  ${first.padStart(8)}  ${others.join('  ')}`), '']
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
