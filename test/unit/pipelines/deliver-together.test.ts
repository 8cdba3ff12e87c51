import { describe, expect, it } from 'vitest'
import type { Assessed } from '../../../pipelines/deliver.ts'
import { deliverTogether } from '../../../pipelines/deliver-together.ts'
import type { Run } from '../../../src/model/index.ts'
import { brokenRun, passedRun, rejectedRun } from '../report/runs.ts'

/** What the parts of a call did, in order. */
function recorder() {
  const events: string[] = []
  const part = (name: string, run: Run, publishes: boolean, minutes = 1) => ({
    async assess() {
      events.push(`${name} begins`)
      for (let turn = 0; turn < minutes; turn += 1) await Promise.resolve()
      const named: Run = { ...run, subject: { ...run.subject, name } }
      events.push(`${name} ${named.outcome}`)
      const assessed = {
        run: named,
        releasable: publishes && named.outcome === 'passed',
        async conclude(held) {
          if (publishes) events.push(held === undefined ? `${name} published` : `${name} held: ${held}`)
          return { run: named, findings: [], archives: [], reports: { 'verdict.json': '{}' } }
        },
      } satisfies Assessed
      return assessed
    },
    async ended() {
      events.push(`${name} ended`)
    },
  })
  return { events, part }
}

describe('several sources by one call', () => {
  it('are each judged and reported, whatever becomes of the others', async () => {
    const { events, part } = recorder()
    const merged = await deliverTogether(
      [part('orders', brokenRun(), false), part('billing', passedRun(), false), part('mail', rejectedRun(), false)],
      2,
    )
    expect(merged.parts.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'billing passed',
      'mail rejected',
      'orders broken',
    ])
    expect(merged.outcome).toBe('rejected')
    expect(events.filter((event) => event.endsWith('ended')).toSorted()).toEqual([
      'billing ended',
      'mail ended',
      'orders ended',
    ])
  })

  it.each([1, 2, 5])('are judged %i at a time', async (parallel) => {
    let running = 0
    let most = 0
    const { part } = recorder()
    const parts = ['orders', 'billing', 'mail', 'stock', 'users', 'search'].map((name) => {
      const recorded = part(name, passedRun(), false, 4)
      return {
        ...recorded,
        async assess() {
          running += 1
          most = Math.max(most, running)
          const assessed = await recorded.assess()
          running -= 1
          return assessed
        },
      }
    })
    await deliverTogether(parts, parallel)
    expect(most).toBe(parallel)
  })

  it('are published when all of them have passed, and not before', async () => {
    const { events, part } = recorder()
    const merged = await deliverTogether(
      [part('orders', passedRun(), true), part('billing', passedRun(), true, 20), part('mail', passedRun(), true)],
      1,
    )
    expect(merged.outcome).toBe('passed')
    expect(events).toEqual([
      'orders begins',
      'orders passed',
      'billing begins',
      'billing passed',
      'mail begins',
      'mail passed',
      'orders published',
      'orders ended',
      'billing published',
      'billing ended',
      'mail published',
      'mail ended',
    ])
  })

  it.each([
    ['was rejected', rejectedRun(), 'sources of one call are released together or not at all, and mail was rejected'],
    ['failed', brokenRun(), 'sources of one call are released together or not at all, and mail failed'],
  ])('are not published where one of them %s', async (_, run, reason) => {
    const { events, part } = recorder()
    await deliverTogether([part('orders', passedRun(), true), part('mail', run, true)], 2)
    expect(events).toContain(`orders held: ${reason}`)
    expect(events.filter((event) => event.endsWith('published') && !event.startsWith('mail'))).toEqual([])
  })

  it('are not published where they do not fit together, though each of them passed', async () => {
    const { events, part } = recorder()
    const merged = await deliverTogether([part('orders', passedRun(), true), part('orders', passedRun(), true)], 2)
    expect(merged.outcome).toBe('rejected')
    expect(events).toContain(
      'orders held: sources of one call are released together or not at all, and orders was given more than once',
    )
  })

  it('that have nothing to publish have their reports while others still run', async () => {
    const { events, part } = recorder()
    await deliverTogether([part('orders', passedRun(), false), part('billing', passedRun(), false)], 1)
    expect(events).toEqual([
      'orders begins',
      'orders passed',
      'orders ended',
      'billing begins',
      'billing passed',
      'billing ended',
    ])
  })
})
