import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/model/index.ts'
import { headline } from '../../../src/report/index.ts'
import { brokenReleaseRun, brokenRun, passedRun, rejectedRun, undecidedRun } from '../report/runs.ts'

describe('headline', () => {
  it.each([
    [passedRun, 'Passed', '22 of 24 rules of the policy are satisfied; 1 rule only warns and 1 rule was not judged.'],
    [rejectedRun, 'Rejected', '5 of 22 rules say no: lint-level, vulnerabilities, secrets, size-unpacked, user.'],
    [
      undecidedRun,
      'Undecided',
      'No rule says no, but 6 of 22 rules could not be decided: evidence, vulnerabilities, database-age, database-coverage, end-of-life-os, inventory. So the image may not ship.',
    ],
    [
      brokenRun,
      'Broken',
      'The stage “build” failed: build/Dockerfile:12: RUN pip install -r requirements.txt exited with code 1: ERROR: No matching distribution found for fastapi==0.103.99',
    ],
    [
      brokenReleaseRun,
      'Broken',
      'The gate passed, but the stage “publish” failed: registry.example.com refused shop/orders: 403, the scope repository:shop/orders:push is missing',
    ],
  ])('says why', (build, word, sentence) => {
    expect(headline(build())).toMatchObject({ word, sentence })
  })

  it.each<[string, (run: Run) => Run]>([
    [
      'has no verdict',
      (run) => {
        const { verdict: _, ...rest } = run
        return rest
      },
    ],
    ['has a verdict that says otherwise', (run) => ({ ...run, verdict: { ...run.verdict!, outcome: 'rejected' } })],
    [
      'has a rule that says no',
      (run) => ({
        ...run,
        verdict: {
          ...run.verdict!,
          results: run.verdict!.results.map((result, index) =>
            index === 0 ? { ...result, status: 'failed' } : result,
          ),
        },
      }),
    ],
    [
      'has a rule that was not decided',
      (run) => ({
        ...run,
        verdict: {
          ...run.verdict!,
          results: run.verdict!.results.map((result, index) =>
            index === 0 ? { ...result, status: 'undecided' } : result,
          ),
        },
      }),
    ],
    [
      'is about no image',
      (run) => ({ ...run, verdict: { ...run.verdict!, binding: { ...run.verdict!.binding, images: [] } } }),
    ],
    ['has a verdict without rules', (run) => ({ ...run, verdict: { ...run.verdict!, results: [] } })],
    [
      'has a failure',
      (run) => ({ ...run, failure: { stage: 'sign', code: 'SIGN', message: 'no key', hint: 'Give one.' } }),
    ],
  ])('is not passed for a passed run that %s', (_what, spoil) => {
    expect(headline(spoil(passedRun())).outcome).toBe('broken')
  })

  it('says of a verdict that was only painted over what its rules come to', () => {
    const { verdict, ...run } = rejectedRun()
    const painted: Run = { ...run, outcome: 'passed', verdict: { ...verdict!, outcome: 'passed' } }
    expect(headline(painted)).toMatchObject({
      outcome: 'broken',
      sentence:
        'This document contradicts itself: it says “passed”, but its verdict has rules that add up to “rejected”.',
    })
  })
})
