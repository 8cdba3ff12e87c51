import { fitting } from '../src/model/printable.ts'
import type { StepEvent } from './steps.ts'

/** A list of packages may be long, and its end is of no use to the reader. */
const SHOWN_CHARACTERS = 110

/**
 * One plain line for an event, e.g. `sealed: trivy compiled in 182.3 s`. Nothing for results from the cache, or for steps under a tenth
 * of a second: a warm start is silent.
 */
export function renderProgress(event: StepEvent): string | undefined {
  const seconds = event.seconds.toFixed(1)
  switch (event.state) {
    case 'running': {
      const detail = fitting(event.detail, SHOWN_CHARACTERS)
      return event.seconds < 1 ? `sealed: ${detail} ...` : `sealed: ${detail} (${Math.round(event.seconds)} s so far)`
    }
    case 'done':
      return event.seconds < 0.1 ? undefined : `sealed: ${event.detail} in ${seconds} s`
    case 'failed':
    case 'stopped':
      return `sealed: ${event.detail} (after ${seconds} s)`
    case 'cached':
      return undefined
  }
}
