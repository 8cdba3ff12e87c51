import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/model/index.ts'
import { flowProgress } from '../../../src/report/flow-progress.ts'
import { brokenReleaseRun, brokenRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

const { release: _, ...unpublished } = passedRun()
const failedAt = (stage: 'source' | 'sign'): Run => ({
  ...unpublished,
  outcome: 'broken',
  failure: { stage, code: 'SIGN', message: 'm', hint: 'h' },
})

describe('flowProgress', () => {
  it.each<[string, Run, string]>([
    ['passed and published', passedRun(), 'done done done done done done done done done'],
    [
      'passed and not published',
      { ...unpublished, notPublished: 'Nobody asked.' },
      'done done done done done skipped skipped skipped done',
    ],
    ['rejected', rejectedRun(), 'done done done done stopped skipped skipped skipped done'],
    ['undecided', undecidedRun(), 'done done done undecided undecided skipped skipped skipped done'],
    ['broken in build', brokenRun(), 'done done stopped pending pending pending pending pending done'],
    ['broken in publish', brokenReleaseRun(), 'done done done done done stopped pending pending done'],
    ['broken in sign', failedAt('sign'), 'done done done done done done stopped pending done'],
    ['broken in source', failedAt('source'), 'stopped pending pending pending pending pending pending pending done'],
  ])('tells how far a run came that is %s', (_name, run, states) => {
    expect(
      flowProgress(run)
        .map(({ state }) => state)
        .join(' '),
    ).toBe(states)
  })
})
