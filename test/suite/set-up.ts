import { findEngine } from '../../ci/run/choose-engine.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { compileOnDemand } from '../../toolchain/programs-on-demand.ts'
import { renderProgress } from '../../toolchain/render-progress.ts'
import { sigstorePrograms } from '../../toolchain/sigstore/programs.ts'
import type { StepEvent } from '../../toolchain/steps.ts'
import { actionlintProgram, buildpacksPrograms, craneProgram, manifestPrograms } from '../programs/modules.ts'
import { alarm } from './alarm.ts'
import { timedStep } from './steps.ts'
import type { TimedStep } from './timing.ts'

/** An engine with every tool, how tests reach it, and what each step of getting there cost. */
export interface ReadyForTests {
  env: Record<string, string>
  steps: TimedStep[]
}

/** What the tests of a run need beside the engine and its tools. */
export interface Wanted {
  /** Base images beside the usual ones, by reference; `all`: every one that this network can stand in for. */
  images: readonly string[] | 'all'
  /** Whether the programs of the everyday tests are compiled now. Otherwise each file waits for those that it needs. */
  programs: boolean
}

/** Makes everything that tests need and is not there, saying so as it goes. */
export async function setUp(started: number, { images, programs }: Wanted): Promise<ReadyForTests> {
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
    // Tests want stand-ins that they know, whatever else this machine has.
    const address = process.env['LOADLINE_ENGINE'] || process.env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] || 'sealed'
    const engine = await findEngine({ address, images: async () => images, module: true, say, onProgress })
    if (programs) await compilePrograms(onProgress, say)
    return {
      env: { ...engine.env, ...(engine.lockFile === undefined ? {} : { LOADLINE_LOCK: engine.lockFile }) },
      steps,
    }
  } finally {
    quiet()
  }
}

async function compilePrograms(onProgress: (event: StepEvent) => void, say: (line: string) => void): Promise<void> {
  const cache = locateCache()
  await compileOnDemand(craneProgram, cache, onProgress, say)
  await compileOnDemand(manifestPrograms, cache, onProgress, say)
  await compileOnDemand(actionlintProgram, cache, onProgress, say)
  await compileOnDemand(buildpacksPrograms, cache, onProgress, say)
  await sigstorePrograms(cache, onProgress, say)
}
