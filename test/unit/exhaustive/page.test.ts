import { describe, expect, it } from 'vitest'
import { exhaustivePage, lastRuns, type LastRun } from '../../exhaustive/page.ts'
import { parts } from '../../exhaustive/parts.ts'
import { scoreOf } from '../../suite/mutation.ts'

const run: LastRun = {
  part: parts[1]?.name ?? '',
  ran: true,
  finished: '2026-11-28 23:15',
  commit: '0123456789012345678901234567890123456789',
  content: '0123456789abcdef',
  passed: 99,
  failed: 0,
  minutes: 4.2,
  machine: '2 cores (a processor), 24 GiB, load 0.1 to 2',
  note: 'score 91.2, 12 not noticed',
}

describe('the page of the exhaustive tests', () => {
  it('is read as it was written', () => {
    expect(lastRuns(exhaustivePage([run]))).toEqual([run])
    expect(lastRuns(exhaustivePage([]))).toEqual([])
    const waiting = { ...run, ran: false, passed: 0, minutes: 0, machine: '', note: '' }
    expect(lastRuns(exhaustivePage([waiting]))).toEqual([waiting])
  })

  it.each([
    ['a commit that is not valid', run.commit, 'HEAD'],
    ['a number that is not valid', '| 99 |', '| many |'],
    ['a row that ends early', ' | score 91.2, 12 not noticed', ''],
    ['other columns', '| content |', '| hash |'],
  ])('is refused with %s', (_what, from, to) => {
    const page = exhaustivePage([run])
    expect(page).toContain(from)
    expect(() => lastRuns(page.replace(from, to))).toThrow('docs/exhaustive.md: expected')
  })
})

describe('the score of the mutation', () => {
  const report = (...statuses: string[]) =>
    JSON.stringify({ files: { 'src/gate/a.ts': { mutants: statuses.map((status) => ({ status, id: '1' })) } } })

  it('is the share of the changes that a test noticed, among those that one could notice', () => {
    expect(scoreOf(report('Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError'))).toEqual(
      {
        passed: 3,
        failed: 0,
        note: 'score 60.0, 2 not noticed',
      },
    )
  })

  it('of nothing is a failure', () => {
    expect(scoreOf(report('Ignored'))).toMatchObject({ passed: 0, failed: 1 })
  })
})
