import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { locateCache, type Cache } from '../../../toolchain/cache.ts'
import {
  defaultSlots,
  planSteps,
  runSteps,
  type Cost,
  type Slots,
  type Step,
  type StepContext,
  type StepEvent,
} from '../../../toolchain/steps.ts'

const slots: Slots = { cpu: 1, network: 2, io: 2, debian: 1 }
let cache: Cache
beforeEach(async () => {
  cache = locateCache({ LOADLINE_CACHE: await mkdtemp(join(tmpdir(), 'steps-')) })
})
afterEach(async () => {
  await rm(cache.root, { recursive: true })
})

function step<Result>(
  name: string,
  needs: readonly Step<unknown>[],
  run: (context: StepContext) => Promise<Result>,
  { cost = 'io', priority = 0 }: { cost?: Cost; priority?: number } = {},
): Step<Result> {
  return { name, doing: `making ${name}`, done: `${name} made`, cost, needs, priority, run }
}

describe('planSteps', () => {
  test('puts each step after what it needs, once', () => {
    const a = step('a', [], async () => 1)
    const b = step('b', [a], async () => 1)
    const c = step('c', [b, a], async () => 1)
    expect(planSteps([c, a]).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  test('refuses a cycle and two steps of one name', () => {
    const needs: Step<unknown>[] = []
    const a = step('a', needs, async () => 1)
    needs.push(step('b', [a], async () => 1))
    expect(() => planSteps([a])).toThrow('"a" needs itself')
    expect(() => planSteps([step('x', [], async () => 1), step('x', [], async () => 1)])).toThrow(
      'Two steps are named "x"',
    )
  })
})

describe('runSteps', () => {
  test('hands results on and keeps to the slots and priorities', async () => {
    const order: string[] = []
    let running = 0
    let most = 0
    function compile(name: string, priority: number): Step<string> {
      return step(
        name,
        [],
        async () => {
          running += 1
          most = Math.max(most, running)
          await sleep(5)
          order.push(name)
          running -= 1
          return name
        },
        { cost: 'cpu', priority },
      )
    }
    const builds = [compile('dive', 1), compile('trivy', 9), compile('cosign', 5)]
    const all = step('all', builds, async ({ result }) => builds.map(result).join(' '))
    const result = await runSteps([all], { cache, slots, onProgress: () => undefined })
    expect(result(all)).toBe('dive trivy cosign')
    expect(order).toEqual(['trivy', 'cosign', 'dive'])
    expect(most).toBe(1)
  })

  test('the first failure stops the others and is what is thrown', async () => {
    let later = false
    let stopped = false
    const slow = step('slow', [], async ({ signal }) => {
      await sleep(10_000, undefined, { signal }).catch(() => (stopped = true))
      signal.throwIfAborted()
    })
    const failing = step('failing', [], async () => {
      await sleep(5)
      throw new Error('no space left')
    })
    const after = step('after', [failing], async () => {
      later = true
    })
    const events: StepEvent[] = []
    await expect(runSteps([slow, after], { cache, slots, onProgress: (event) => events.push(event) })).rejects.toThrow(
      'no space left',
    )
    expect([later, stopped]).toEqual([false, true])
    expect(events.find((event) => event.step === 'failing')).toMatchObject({
      state: 'failed',
      detail: 'making failing failed: no space left',
    })
  })

  test('rejects with the reason of the signal that stopped it', async () => {
    const stop = new AbortController()
    const waiting = step('waiting', [], ({ signal }) => sleep(10_000, undefined, { signal }))
    const run = runSteps([waiting], { cache, slots, onProgress: () => undefined, signal: stop.signal })
    stop.abort(new Error('SIGINT'))
    await expect(run).rejects.toThrow()
  })

  test('says cached only for a step that made nothing', async () => {
    const make = (name: string) =>
      step(name, [], ({ once }) => once('thing', { version: 1 }, (directory) => writeFile(join(directory, 'x'), '')))
    const events: StepEvent[] = []
    const onProgress = (event: StepEvent) => events.push(event)
    await runSteps([make('first')], { cache, slots, onProgress })
    await runSteps([make('second')], { cache, slots, onProgress })
    const last = (name: string) => events.filter((event) => event.step === name).at(-1)?.state
    expect([last('first'), last('second')]).toEqual(['done', 'cached'])
  })

  test('a result that was not declared as a need is a mistake', async () => {
    const a = step('a', [], async () => 1)
    const b = step('b', [], async ({ result }) => result(a))
    await expect(runSteps([a, b], { cache, slots, onProgress: () => undefined })).rejects.toThrow(
      'does not declare that it needs "a"',
    )
  })
})

describe('defaultSlots', () => {
  test.each([
    [2, 8e9, 2],
    [1, 8e9, 1],
    [8, 5e9, 1],
  ])('%i cores and %i bytes of memory compile %i programs at once', (cores, memory, cpu) => {
    expect(defaultSlots(cores, memory).cpu).toBe(cpu)
  })
})
