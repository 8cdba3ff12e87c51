import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { alarm } from '../../suite/alarm.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a run says after an hour what is still to come, again every five minutes, and nothing when it has ended', () => {
  const said: string[] = []
  const running = [{ what: 'test/engine/release.test.ts', seconds: 61.4 }]
  const quiet = alarm(
    Date.now(),
    () => ({ running, waiting: ['test/engine/bases.test.ts'] }),
    (text) => void said.push(text),
  )
  vi.advanceTimersByTime(59.9 * 60_000)
  expect(said).toEqual([])
  vi.advanceTimersByTime(0.2 * 60_000)
  expect(said).toEqual([
    'Still to come after 60 minutes: 1 running, 1 waiting.\n  running  test/engine/release.test.ts (61 s so far)\n  waiting  test/engine/bases.test.ts\n',
  ])
  vi.advanceTimersByTime(10.1 * 60_000)
  expect(said.map((text) => text.split('\n', 1)[0])).toEqual([
    'Still to come after 60 minutes: 1 running, 1 waiting.',
    'Still to come after 65 minutes: 1 running, 1 waiting.',
    'Still to come after 70 minutes: 1 running, 1 waiting.',
  ])
  quiet()
  vi.advanceTimersByTime(60 * 60_000)
  expect(said).toHaveLength(3)
})

it('a run that began long ago says it at once', () => {
  const said: string[] = []
  const quiet = alarm(
    Date.now() - 61 * 60_000,
    () => ({ running: [], waiting: [] }),
    (text) => void said.push(text),
  )
  vi.advanceTimersByTime(6_000)
  quiet()
  expect(said).toHaveLength(1)
})
