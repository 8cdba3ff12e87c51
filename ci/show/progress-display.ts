import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { stages } from '../../src/model/index.ts'
import { defused, printable } from '../../src/report/index.ts'
import type { Progress, ProgressEvent } from '../../src/engine/progress.ts'
import { fitting } from '../../src/model/printable.ts'

/** Shows progress on a stream until `stop`. */
export interface ProgressDisplay {
  progress: Progress
  /** Prints a line about something else, above the display. */
  say(line: string): void
  stop(): void
}

/** Command-line options about the final output. */
export interface PrintOptions {
  json: boolean
  quiet: boolean
}

/** The same for a verdict. */
export interface VerdictOptions extends PrintOptions {
  /** Whether the terminal shows every finding, exception and notice, not only the first few of each. */
  verbose?: boolean
}

/** The same, and options about progress. */
export interface DisplayOptions extends VerdictOptions {
  progress: 'auto' | 'live' | 'plain' | 'none'
}

/** The mode that `--progress auto` selects. */
export function howToDisplay({ progress, json, quiet }: DisplayOptions): 'live' | 'plain' | 'none' {
  if (progress !== 'auto') return progress
  return quiet || json ? 'none' : process.stderr.isTTY ? 'live' : 'plain'
}

/** The display of one run, on standard error. */
export function displayFor(options: DisplayOptions): ProgressDisplay {
  const how = howToDisplay(options)
  return how === 'none' ? silentDisplay() : how === 'live' ? liveDisplay(process.stderr) : plainDisplay(process.stderr)
}

/** A calm live display for a terminal: a line per stage and per running step. */
function liveDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  const update = createLogUpdate(stream)
  const colors = pc.createColors(process.env['NO_COLOR'] === undefined)
  const steps = new Map<string, ProgressEvent & { since: number }>()
  let frame = 0
  const draw = () => update(render([...steps.values()], frame, colors, stream.columns ?? Infinity))
  const timer = setInterval(() => {
    frame += 1
    if (steps.size > 0) draw()
  }, 120)
  timer.unref()
  return {
    progress(event) {
      const key = `${event.stage} ${event.step}`
      steps.set(key, { ...event, since: steps.get(key)?.since ?? performance.now() })
      draw()
    },
    say(line) {
      update.clear()
      stream.write(`${line}\n`)
      if (steps.size > 0) draw()
    },
    stop() {
      clearInterval(timer)
      if (steps.size > 0) draw()
      update.done()
    },
  }
}

/** One plain line per finished step, for logs and pipes. */
function plainDisplay(stream: NodeJS.WritableStream): ProgressDisplay {
  return {
    progress(event) {
      if (event.state === 'started') return
      stream.write(`${plainLine(event)}\n`)
    },
    say: (line) => void stream.write(`${line}\n`),
    stop() {},
  }
}

/** A finished step, in one line. */
export function plainLine(event: ProgressEvent): string {
  return `${stepName(event)} ${event.state === 'failed' ? 'failed' : 'done'} in ${(event.seconds ?? 0).toFixed(1)} s${event.detail ? ` (${shown(event.detail)})` : ''}`
}

export function stepName({ stage, step }: ProgressEvent): string {
  return step === '' ? stage : `${stage}: ${step}`
}

/** Shows nothing. */
function silentDisplay(): ProgressDisplay {
  return { progress() {}, say() {}, stop() {} }
}

export const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function render(
  steps: ReadonlyArray<ProgressEvent & { since: number }>,
  frame: number,
  colors: ReturnType<typeof pc.createColors>,
  columns: number,
): string {
  const ordered = steps.toSorted(
    (left, right) => stages.indexOf(left.stage) - stages.indexOf(right.stage) || left.since - right.since,
  )
  let stage = ''
  return ordered
    .map((event) => {
      const heading = event.stage === stage ? '' : event.stage
      stage = event.stage
      const running = event.state === 'started'
      const undecided = event.detail?.startsWith('undecided') ?? false
      const mark = running
        ? colors.cyan(spinner[frame % spinner.length] ?? '')
        : event.state === 'failed' || undecided
          ? colors.red('✗')
          : colors.green('✓')
      const seconds = running ? (performance.now() - event.since) / 1000 : (event.seconds ?? 0)
      return `  ${colors.bold(heading.padEnd(9))} ${mark} ${event.step.padEnd(30)} ${colors.dim(`${seconds.toFixed(1).padStart(6)} s`)}  ${colors.dim(fitting(shown(event.detail ?? ''), columns - besideDetail))}`.trimEnd()
    })
    .join('\n')
}

/** Columns of a live line before its detail, which is cut to the remaining width: the verdict has it in full. */
const besideDetail = 55

/** A detail may quote a tool or an image: it stays on one line, and control characters in it have no effect. */
export function shown(detail: string): string {
  return defused(printable(detail, 300))
}
