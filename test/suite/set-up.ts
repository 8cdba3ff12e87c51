import { findEngine } from '../../ci/run/engine.ts'
import { renderProgress } from '../../toolchain/render-progress.ts'
import type { StepEvent } from '../../toolchain/steps.ts'
import { alarm } from './alarm.ts'
import { timedStep } from './steps.ts'
import type { TimedStep } from './timing.ts'

/** An engine with every tool, how tests reach it, and what each step of getting there cost. */
export interface ReadyForTests {
  env: Record<string, string>
  steps: TimedStep[]
}

/** Makes everything that tests need and is not there, saying so as it goes. */
export async function setUp(started: number): Promise<ReadyForTests> {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const steps: TimedStep[] = []
  const running = new Map<string, number>()
  const onProgress = (event: StepEvent): void => {
    const line = renderProgress(event)
    if (line !== undefined) say(line)
    const step = timedStep(event)
    if (step === undefined) running.set(event.step, event.seconds)
    else {
      running.delete(event.step)
      steps.push(step)
    }
  }
  const quiet = alarm(
    started,
    () => ({
      running: [...running].map(([what, seconds]) => ({ what: `set-up: ${what}`, seconds })),
      waiting: ['every test'],
    }),
    (text) => void process.stdout.write(text),
  )
  try {
    const engine = await findEngine({ images: 'all', say, onProgress })
    return {
      env: { ...engine.env, ...(engine.lockFile === undefined ? {} : { LOADLINE_LOCK: engine.lockFile }) },
      steps,
    }
  } finally {
    quiet()
  }
}
