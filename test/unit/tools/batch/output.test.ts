import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import { ownTools } from '../../../../src/tools/images.ts'
import { batchPlan, runBatch } from '../../../../src/tools/batch/command.ts'
import { parseBatch } from '../../../../src/tools/batch/output.ts'

const report = (...exitCodes: number[]) =>
  JSON.stringify({
    schemaVersion: 1,
    runs: exitCodes.map((exitCode, index) => ({ exitCode, stdout: `${index}`, stderr: '' })),
  })
const codes = (text: string, order: 'sequence' | 'parallel', commands: number) =>
  parseBatch(text, order, commands).map(({ exitCode }) => exitCode)

describe('batch', () => {
  it('is given argument lists, and no line for a shell', () => {
    expect(JSON.parse(batchPlan([['/cosign', 'sign', 'a b; c'], ['/cosign']]))).toEqual({
      schemaVersion: 1,
      commands: [['/cosign', 'sign', 'a b; c'], ['/cosign']],
    })
    expect(runBatch({ program: '/batch', order: 'parallel', plan: '/plan.json' })).toEqual([
      '/batch',
      'parallel',
      '/plan.json',
    ])
  })

  it('tells of each command, and of a sequence up to the first that failed', () => {
    expect(codes(report(0, 1, 0), 'parallel', 3)).toEqual([0, 1, 0])
    expect(codes(report(0, 0), 'sequence', 2)).toEqual([0, 0])
    expect(codes(report(0, 1), 'sequence', 5)).toEqual([0, 1])
  })

  it.each([
    ['fewer of a sequence of which none failed', report(0, 0), 'sequence'],
    ['fewer that ran side by side', report(0, 1), 'parallel'],
    ['more than there were', report(0, 0, 0, 0), 'parallel'],
    ['more after the one that failed', report(1, 0, 0), 'sequence'],
    ['none', '{"schemaVersion":1,"runs":[]}', 'parallel'],
    ['one that was killed', report(0, 0, 137), 'parallel'],
    ['one that was killed, which ended a sequence', report(0, 139), 'sequence'],
    ['another schema', report(0, 0, 0).replace('"schemaVersion":1', '"schemaVersion":2'), 'parallel'],
    ['an error message', 'wrong usage', 'parallel'],
  ] as const)('is not believed where it tells of %s [fault 6]', (_, text, order) => {
    expect(() => parseBatch(text, order, 3)).toThrow(DeliveryError)
  })

  it('has the version that its source has', () => {
    const source = readFileSync(new URL('../../../../programs/batch/main.go', import.meta.url), 'utf8')
    expect(source).toContain(`const version = "${ownTools.batch.version}"`)
  })
})
