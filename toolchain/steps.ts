import { availableParallelism, totalmem } from 'node:os'
import type { Cache } from './cache.ts'
import { storedResult } from './cache.ts'
import type { KeyInputs } from './content-key.ts'
import { contentKey } from './content-key.ts'
import type { ProgramOptions } from './run-program.ts'
import { runProgram } from './run-program.ts'

/**
 * The resource a step mostly uses. Each cost has its own number of slots; `debian` steps assemble root file systems,
 * which share a directory.
 */
export type Cost = 'cpu' | 'network' | 'io' | 'debian'

/**
 * `running` is repeated every 20 s while a step runs. `cached`: finished, with nothing to make. `stopped`: ended because
 * another step failed or the user asked for it.
 */
export type StepState = 'running' | 'done' | 'cached' | 'failed' | 'stopped'

/** One event of a set-up. */
export interface StepEvent {
  /** The step's name, e.g. `trivy compile`. */
  step: string
  state: StepState
  /** Since the step began. */
  seconds: number
  /** While it runs: what it does (`compiling trivy`); at its end: what was done (`trivy compiled`) or why it failed. */
  detail: string
}

/** A step of a set-up. Steps are compared by identity. */
export interface Step<Result> {
  /** Unique in a plan; names the log file. */
  name: string
  /** Shown while it runs, e.g. `compiling trivy`. */
  doing: string
  /** Shown when it is done, e.g. `trivy compiled`. */
  done: string
  cost: Cost
  /** Steps that must finish first. */
  needs: readonly Step<unknown>[]
  /** Among ready steps that need the same slot, the highest goes first. Default 0. */
  priority?: number
  run(context: StepContext): Promise<Result>
}

/** What a step may use while it runs. */
export interface StepContext {
  cache: Cache
  signal: AbortSignal
  /** The result of a step that it needs. */
  result<Result>(step: Step<Result>): Result
  /** One line of progress. */
  say(detail: string): void
  /** Runs a program without a shell; its output goes to the step's log. */
  run(file: string, args: string[], options?: Pick<ProgramOptions, 'cwd' | 'env' | 'input'>): Promise<string>
  /** The directory of a result that depends on these inputs alone, filled by `produce` unless it is there. */
  once(name: string, inputs: KeyInputs, produce: (directory: string) => Promise<void>): Promise<string>
}

/** How many steps of each cost may run at once. */
export type Slots = Record<Cost, number>

/** What running the steps needs from outside. */
export interface RunStepsOptions {
  cache: Cache
  onProgress(event: StepEvent): void
  slots?: Slots
  /** Stops everything; the run then rejects with its reason. */
  signal?: AbortSignal
}

const TICK_MILLISECONDS = 20_000

/**
 * Two processor-bound steps fill the gaps that one Go build leaves while it links, and their peaks (3.4 GB and 1.7 GB measured)
 * fit together in 6 GB; with less memory or one core there is one.
 */
export function defaultSlots(cores = availableParallelism(), memory = totalmem()): Slots {
  return { cpu: cores > 1 && memory >= 5.5 * 1024 ** 3 ? 2 : 1, network: 4, io: 2, debian: 1 }
}

/**
 * All steps that the given ones need, each after its needs, otherwise in the order given.
 * @throws Error on a cycle, or on two steps with one name: a programming mistake.
 */
export function planSteps(wanted: readonly Step<unknown>[]): Step<unknown>[] {
  const planned = new Set<Step<unknown>>()
  const open = new Set<Step<unknown>>()
  function visit(step: Step<unknown>): void {
    if (planned.has(step)) return
    if (open.has(step)) throw new Error(`The step "${step.name}" needs itself.`)
    open.add(step)
    for (const need of step.needs) visit(need)
    open.delete(step)
    planned.add(step)
  }
  for (const step of wanted) visit(step)
  const names = new Set<string>()
  for (const step of planned) {
    if (names.has(step.name)) throw new Error(`Two steps are named "${step.name}".`)
    names.add(step.name)
  }
  return [...planned]
}

/**
 * Runs steps as soon as their needs are met and a slot is free. The first failure stops the others and is thrown when all have
 * ended; finished results stay in the cache.
 */
export async function runSteps(
  wanted: readonly Step<unknown>[],
  options: RunStepsOptions,
): Promise<StepContext['result']> {
  const waiting = new Set(planSteps(wanted))
  const free = { ...(options.slots ?? defaultSlots()) }
  const results = new Map<Step<unknown>, unknown>()
  const running = new Set<Promise<void>>()
  const stop = new AbortController()
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
  let failure: unknown

  async function runOne(step: Step<unknown>): Promise<void> {
    try {
      results.set(step, await runStep(step, results, { ...options, signal }))
    } catch (error) {
      failure ??= error
      stop.abort(error)
    } finally {
      free[step.cost] += 1
    }
  }

  while (waiting.size > 0 || running.size > 0) {
    if (failure === undefined && !signal.aborted) {
      for (const step of readySteps(waiting, results)) {
        if (free[step.cost] === 0) continue
        free[step.cost] -= 1
        waiting.delete(step)
        const run: Promise<void> = runOne(step).finally(() => running.delete(run))
        running.add(run)
      }
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  if (failure !== undefined) throw failure
  signal.throwIfAborted()
  return (step) => results.get(step) as never
}

function readySteps(waiting: Iterable<Step<unknown>>, results: ReadonlyMap<Step<unknown>, unknown>): Step<unknown>[] {
  const ready = [...waiting].filter((step) => step.needs.every((need) => results.has(need)))
  return ready.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0))
}

async function runStep(
  step: Step<unknown>,
  results: ReadonlyMap<Step<unknown>, unknown>,
  options: RunStepsOptions & { signal: AbortSignal },
): Promise<unknown> {
  const { cache, signal } = options
  const started = performance.now()
  const logFile = cache.path('logs', `${step.name.replaceAll(/[^a-z0-9-]+/gi, '-')}.log`)
  let doing = step.doing
  let made = false
  let found = false
  let announced = false
  function tell(state: StepState, detail: string): void {
    announced = true
    options.onProgress({ step: step.name, state, seconds: (performance.now() - started) / 1000, detail })
  }
  const context: StepContext = {
    cache,
    signal,
    result(need) {
      if (!step.needs.includes(need))
        throw new Error(`The step "${step.name}" does not declare that it needs "${need.name}".`)
      return results.get(need) as never
    },
    say(detail) {
      doing = `${step.doing}: ${detail}`
      tell('running', doing)
    },
    run(file, args, programOptions) {
      made = true
      return runProgram(file, args, { ...programOptions, signal, logFile })
    },
    async once(name, inputs, produce) {
      const stored = await storedResult(cache, name, contentKey(inputs), async (directory) => {
        if (!announced) tell('running', doing)
        await produce(directory)
      })
      if (stored.cached) found = true
      else made = true
      return stored.path
    },
  }
  const tick = setInterval(() => tell('running', doing), TICK_MILLISECONDS)
  try {
    const result = await step.run(context)
    tell(found && !made ? 'cached' : 'done', step.done)
    return result
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (signal.aborted) tell('stopped', `${step.doing} stopped`)
    else tell('failed', `${step.doing} failed: ${reason.split('\n', 1)[0]}`)
    throw error
  } finally {
    clearInterval(tick)
  }
}
