import type { Stage } from '../model/index.ts'

/** Something that a person who watches wants to know. */
export interface ProgressEvent {
  stage: Stage
  /** What runs, e.g. a kind of evidence with its platform; empty for the stage itself. */
  step: string
  state: 'started' | 'finished' | 'failed'
  /** Since it started; on the last event only. */
  seconds?: number
  /** One short line, e.g. what was found. */
  detail?: string
}

export type Progress = (event: ProgressEvent) => void

/** Runs a step and tells when it starts and ends. */
export async function step<T>(
  progress: Progress,
  stage: Stage,
  name: string,
  work: () => Promise<T>,
  detail?: (value: T) => string,
): Promise<T> {
  const started = performance.now()
  progress({ stage, step: name, state: 'started' })
  const seconds = () => Math.round(performance.now() - started) / 1000
  try {
    const value = await work()
    progress({
      stage,
      step: name,
      state: 'finished',
      seconds: seconds(),
      ...(detail === undefined ? {} : { detail: detail(value) }),
    })
    return value
  } catch (error) {
    progress({ stage, step: name, state: 'failed', seconds: seconds() })
    throw error
  }
}
