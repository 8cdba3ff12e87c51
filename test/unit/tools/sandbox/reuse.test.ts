import { describe, expect, it } from 'vitest'
import { judgeAnswer, occasionOf, type Answer } from '../../../../src/tools/sandbox/reuse.ts'

const kernel = 'Linux 6.1.0 #1 SMP x86_64'
const noon = Date.parse('2026-11-29T12:00:00Z')
const second = 1_000
const hour = 3_600 * second

/** An answer, by how long before it was asked for the run was started, in milliseconds. */
const answer = (age: number, changes: Partial<Answer> = {}): Answer => ({
  outcome: 'ready',
  place: { at: new Date(noon - age), kernel },
  here: { at: new Date(noon), kernel },
  elapsed: 200,
  reuse: 24 * hour,
  ...changes,
})

describe('an answer to a run for which the engine may have kept an earlier one', () => {
  it.each([
    ['started after it was asked for', answer(-150), 'new'],
    ['started in the millisecond in which it was asked for', answer(0), 'new'],
    ['started after it was asked for, and failed', answer(-150, { outcome: 'exited' }), 'new'],
    ['started before it was asked for', answer(1), 'kept'],
    ['started before it was asked for, however long the answer took', answer(1, { elapsed: 60 * second }), 'kept'],
    ['as old as the policy allows', answer(24 * hour), 'kept'],
    ['a millisecond older', answer(24 * hour + 1), 'worthless'],
    ['older than a shorter span', answer(hour + 1, { reuse: hour }), 'worthless'],
    ['of the future, as after a clock that was put back', answer(-201), 'worthless'],
    ['on another kernel', answer(hour, { place: { at: new Date(noon - hour), kernel: 'Linux 6.1.1' } }), 'worthless'],
    [
      'new, on another kernel than the engine says',
      answer(-100, { here: { at: new Date(noon), kernel: '' } }),
      'worthless',
    ],
    ['from a program that says neither time nor kernel', answer(0, { place: undefined }), 'worthless'],
  ] as const)('%s is %s', (_, given, expected) => {
    expect(judgeAnswer(given)).toBe(expected)
  })

  it.each(['exited', 'not-ready', 'not-started', 'refused', 'not-run', 'not-asked'] as const)(
    'is worthless where the earlier run was %s: a failure is never kept',
    (outcome) => {
      expect(judgeAnswer(answer(hour, { outcome }))).toBe('worthless')
    },
  )
})

describe('the occasion that runs share', () => {
  it('is another one after at most the span in which a result may be reused', () => {
    const at = (milliseconds: number) => occasionOf(new Date(milliseconds), hour)
    const first = Math.floor(noon / hour) * hour
    expect(at(first + hour - 1)).toBe(at(first))
    expect(at(first + hour)).not.toBe(at(first))
    expect(at(first - 1)).not.toBe(at(first))
  })

  it('is another one under another span', () => {
    expect(occasionOf(new Date(0), hour)).not.toBe(occasionOf(new Date(0), 2 * hour))
  })
})
