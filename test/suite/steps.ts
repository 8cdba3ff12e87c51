import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { StepEvent } from '../../toolchain/steps.ts'
import { TimedStep } from './timing.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The environment variable that names the file to which test files add the steps that they waited for. */
export const stepsVariable = 'LOADLINE_TEST_STEPS'

/** What a finished step cost; undefined while it runs. */
export function timedStep({ step, state, seconds }: StepEvent, file?: string): TimedStep | undefined {
  if (state === 'running') return undefined
  const kind = step.endsWith(' compile') ? 'compiling' : step.endsWith(' modules') ? 'downloading' : 'other'
  return {
    name: step,
    kind,
    seconds: Math.round(seconds * 10) / 10,
    cached: state === 'cached',
    ...(file === undefined ? {} : { file }),
  }
}

/** Adds a step that a test file (its path) waited for to the run's record, where there is one. One short line at a time: workers append side by side. */
export function recordStep(event: StepEvent, file: string | undefined): void {
  const path = process.env[stepsVariable]
  const step = timedStep(event, file === undefined ? undefined : relative(root, file))
  if (path !== undefined && path !== '' && step !== undefined) appendFileSync(path, `${JSON.stringify(step)}\n`)
}

export function recordedSteps(path: string): TimedStep[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return z.array(TimedStep).parse(lines.map((line) => JSON.parse(line) as unknown))
}
