import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { stages, type Run } from '../../src/model/index.ts'
import type { Progress, ProgressEvent } from '../../src/engine/progress.ts'
import { plainLine, shown, spinner, stepName } from './progress-display.ts'

/** Shows the progress of several sources on a stream until `stop`. */
export interface SeveralDisplay {
  progress(source: string): Progress
  ended(source: string, outcome: Run['outcome']): void
  /** Prints a line about something else. */
  say(line: string): void
  stop(): void
}

/** The progress of one source. */
export interface SourceProgress {
  name: string
  /** When its first step started, as `performance.now()`. */
  since?: number
  running: ReadonlyMap<string, ProgressEvent>
  ended?: { outcome: Run['outcome']; at: number }
}

/** One line per source, updated until the source has its outcome. */
export function liveSeveral(stream: NodeJS.WriteStream, names: readonly string[]): SeveralDisplay {
  const update = createLogUpdate(stream)
  const colors = pc.createColors(process.env['NO_COLOR'] === undefined)
  const sources = new Map(
    names.map((name) => [
      name,
      { name, running: new Map<string, ProgressEvent>() } as SourceProgress & { running: Map<string, ProgressEvent> },
    ]),
  )
  let frame = 0
  const draw = () =>
    update(sourceLines([...sources.values()], performance.now(), spinner[frame % spinner.length] ?? '', colors))
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, 120)
  timer.unref()
  return {
    progress: (name) => (event) => {
      const source = sources.get(name)
      if (source === undefined) return
      source.since ??= performance.now()
      if (event.state === 'started') source.running.set(stepName(event), event)
      else source.running.delete(stepName(event))
    },
    ended(name, outcome) {
      const source = sources.get(name)
      if (source !== undefined) source.ended = { outcome, at: performance.now() }
    },
    say(line) {
      update.clear()
      stream.write(`${line}\n`)
    },
    stop() {
      clearInterval(timer)
      draw()
      update.done()
    },
  }
}

/** One plain line per finished step, with its source's name, for logs and pipes. */
export function plainSeveral(stream: NodeJS.WritableStream): SeveralDisplay {
  const say = (line: string) => void stream.write(`${line}\n`)
  return {
    progress: (name) => (event) => {
      if (event.state !== 'started') say(`${name}: ${plainLine(event)}`)
    },
    ended: (name, outcome) => say(`${name}: ${outcome}`),
    say,
    stop() {},
  }
}

/** Shows nothing. */
export function silentSeveral(): SeveralDisplay {
  return { progress: () => () => undefined, ended() {}, say() {}, stop() {} }
}

/** The display at one moment. */
export function sourceLines(
  sources: readonly SourceProgress[],
  now: number,
  wheel: string,
  colors: ReturnType<typeof pc.createColors>,
): string {
  const width = Math.max(...sources.map(({ name }) => name.length))
  return sources
    .map(({ name, since, running, ended }) => {
      const mark =
        ended !== undefined
          ? ended.outcome === 'passed'
            ? colors.green('✓')
            : colors.red('✗')
          : running.size > 0
            ? colors.cyan(wheel)
            : colors.dim('·')
      const seconds = since === undefined ? '' : `${(((ended?.at ?? now) - since) / 1000).toFixed(1)} s`
      return `  ${mark} ${name.padEnd(width)} ${colors.dim(seconds.padStart(8))}  ${ended?.outcome ?? colors.dim(shown(doing([...running.values()], since !== undefined)))}`
    })
    .join('\n')
}

/** What a source is doing, in a few words: collectors run in parallel, so the stage counts them. */
function doing(running: readonly ProgressEvent[], begun: boolean): string {
  const last = running.toSorted((left, right) => stages.indexOf(left.stage) - stages.indexOf(right.stage)).at(-1)
  if (last === undefined) return begun ? 'waiting for the others' : 'waits'
  const beside = running.filter(({ stage }) => stage === last.stage).length
  return beside === 1 ? stepName(last) : `${last.stage}: ${beside} steps`
}
