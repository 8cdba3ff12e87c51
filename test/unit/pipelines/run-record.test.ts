import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentRun } from '../../../pipelines/run-record.ts'
import { exitCodeOf } from '../../../ci/run/exit-code.ts'
import { DeliveryError, errorCodes, type ErrorCode } from '../../../src/model/errors.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { Run } from '../../../src/model/index.ts'
import { flowProgress } from '../../../src/report/flow-progress.ts'
import { renderReports } from '../../../src/report/index.ts'
import { goodEvidence, now, policy } from '../gate/good-evidence.ts'
import { runs } from '../runs.ts'

const facts = { name: 'shop', mode: 'sealed', startedAt: now } as const

describe('a run that breaks off', () => {
  it('is never read as clean, whatever broke it [faults 57, 58]', async () => {
    const { verdict } = evaluate(policy, goodEvidence(), now)
    const errors = fc.oneof(
      fc.string().map((message) => new Error(message)),
      fc
        .constantFrom(...(Object.keys(errorCodes) as ErrorCode[]))
        .map((code) => new DeliveryError(code, 'no space left on device', 'Make room.')),
      fc.constantFrom('connection reset', null, 0, { message: 'x' }),
    )
    await fc.assert(
      fc.asyncProperty(errors, fc.boolean(), async (error, judged) => {
        const run = Run.parse(
          documentRun({ ...(judged ? { evidence: goodEvidence(), verdict } : {}), failure: error }, facts),
        )
        const reports = renderReports(run)
        expect(run.outcome).toBe('broken')
        expect([2, 3, 4]).toContain(exitCodeOf(run))
        expect(reports['report.sarif']).toContain('"executionSuccessful": false')
        expect(reports['report.junit.xml']).toMatch(/ errors="[1-9]/)
      }),
      { numRuns: runs(60) },
    )
  })

  it('because the engine went away says so, and what to do [fault 57]', async () => {
    const run = documentRun({ failure: new Error('rpc error: connection refused') }, facts)
    expect(run.failure).toMatchObject({
      code: 'ENGINE',
      message: 'the engine failed: rpc error: connection refused',
      hint: expect.stringContaining('engine status'),
    })
    expect(exitCodeOf(run)).toBe(3)
  })

  it('before the source was read has done nothing, whatever broke it', () => {
    const failure = new DeliveryError('ENGINE', 'docker cannot pull the engine', 'Log in.')
    const run = documentRun({ failure }, facts)
    expect(flowProgress(run).map(({ stage, state }) => [stage, state])).toEqual([
      ['source', 'stopped'],
      ...['lint', 'build', 'evidence', 'gate', 'publish', 'sign', 'attest'].map((stage) => [stage, 'pending']),
      ['report', 'done'],
    ])
  })

  it('before there is a verdict is broken, though no error came with it', async () => {
    expect(documentRun({}, facts).outcome).toBe('broken')
    expect(exitCodeOf(documentRun({}, facts))).toBe(3)
  })
})
