import type { Stage } from '../model/index.ts'
import { sayFullDisk } from './full-disk.ts'

/** A progress event for somebody watching. */
export interface ProgressEvent {
  stage: Stage
  /** What is running, e.g. a kind of evidence with its platform; empty for the stage itself. */
  step: string
  state: 'started' | 'finished' | 'failed'
  /** Duration; on the last event only. */
  seconds?: number
  /** One short line, e.g. what was found. */
  detail?: string
}

export type Progress = (event: ProgressEvent) => void

/** Runs a stage, or a step of it, and reports when it starts and ends. `of` names the step, e.g. its platform; `said` summarizes its result in one short line. Throws what it threw; `ENGINE` if the engine's disk is full. */
export async function step<T>(
  progress: Progress,
  stage: Stage,
  work: () => Promise<T>,
  { of = '', said }: { of?: string; said?: (value: T) => string } = {},
): Promise<T> {
  const started = performance.now()
  progress({ stage, step: of, state: 'started' })
  const seconds = () => Math.round(performance.now() - started) / 1000
  try {
    const value = await work()
    progress({
      stage,
      step: of,
      state: 'finished',
      seconds: seconds(),
      ...(said === undefined ? {} : { detail: said(value) }),
    })
    return value
  } catch (error) {
    progress({ stage, step: of, state: 'failed', seconds: seconds() })
    throw sayFullDisk(error)
  }
}
