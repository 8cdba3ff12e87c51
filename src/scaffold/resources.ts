import type { Application } from './application.ts'
import { runtimes, type Runtime } from './runtimes.ts'

/**
 * How much more a replica gets than was measured. The run starts the application and asks for its health, without any load: the recommender of Kubernetes' vertical autoscaler
 * adds 15 percent to what it has seen under load (recommendation-margin-fraction), so 200 percent are for the load that was not seen. A node that is busy with other starts is given twice the time.
 */
const margins = { memory: 3, seconds: 2 }

/** Limits come in steps of this many MiB, and none is less than twice that: one of a few MiB more or less would be drift each time. */
const step = 32

/** MiB of /tmp for an application that did not write there. */
const unusedTemporary = 16

/** What follows from the language, and from the run where there was one. */
export function runtimeOf({ language, measured }: Pick<Application, 'language' | 'measured'>): Runtime {
  const runtime = runtimes[language]
  if (measured === undefined) return runtime
  const wanted = (measured.peakMemory / 2 ** 20) * margins.memory
  return {
    ...runtime,
    memory: Math.max(2 * step, Math.ceil(wanted / step) * step),
    startSeconds: Math.max(1, Math.ceil(measured.readySeconds * margins.seconds)),
    temporary: measured.temporary ? runtime.temporary : Math.min(runtime.temporary, unusedTemporary),
  }
}

/** Seconds that a start may take before the platform tries again. */
export function startLimit(application: Pick<Application, 'language' | 'measured'>): number {
  return runtimeOf(application).startSeconds * 6
}

/** Where the numbers come from, as the document says it. */
export function originOf({ measured }: Pick<Application, 'measured'>): string {
  if (measured === undefined) return 'These numbers come from the runtime, not from your load:'
  const { images, peakMemory, readySeconds, temporary } = measured
  return `Memory, the time to start and \`/tmp\` come from the run of \`${images.join('` and `')}\` in the gate: at most ${(peakMemory / 2 ** 20).toFixed(1)} MiB that the kernel cannot reclaim, ready after ${readySeconds.toFixed(1)} seconds while every system call was followed, and ${temporary ? 'something' : 'nothing'} written to \`/tmp\`. That run served no load, so the limit is ${margins.memory} times that memory, a start may take ${margins.seconds} times as long, and CPU is still that of the runtime:`
}
