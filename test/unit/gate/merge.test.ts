import { describe, expect, it } from 'vitest'
import { mergeVerdicts, type GivenPart, type MergeRequest } from '../../../src/gate/merge.ts'
import { digestOf, Merged, type Run } from '../../../src/model/index.ts'
import { renderMerged } from '../../../src/report/index.ts'
import { brokenRun, passedRun, rejectedRun, undecidedRun } from '../report/runs.ts'

const commit = 'a'.repeat(40)
const revision = (of: string) => ({ revision: of, committedAt: '2026-11-23T00:00:00Z', tags: [], dirty: false })

function part(name: string, run: Run = passedRun(), of: string | undefined = commit): GivenPart {
  const { revision: _own, ...subject } = run.subject
  const named: Run = { ...run, subject: { ...subject, name, ...(of === undefined ? {} : { revision: revision(of) }) } }
  return { run: named, document: digestOf(JSON.stringify(named)) }
}

const judgedAt = passedRun().verdict?.binding.at ?? ''
const request: MergeRequest = {
  expected: ['billing', 'orders'],
  maximumAge: 24 * 3_600_000,
  now: new Date(Date.parse(judgedAt) + 60_000),
}
const outcome = (given: GivenPart[], changed: Partial<typeof request> = {}) => {
  const merged = mergeVerdicts(given, { ...request, ...changed })
  expect(Merged.safeParse(merged).error).toBeUndefined()
  return {
    outcome: merged.outcome,
    states: merged.parts.map(({ name, state }) => `${name} ${state}`),
    faults: merged.faults,
  }
}

describe('a merged verdict', () => {
  it('passes if every expected part was given and passed, in any order', () => {
    const expected = { outcome: 'passed', states: ['billing passed', 'orders passed'], faults: [] }
    expect(outcome([part('orders'), part('billing')])).toEqual(expected)
    expect(outcome([part('billing'), part('orders')])).toEqual(expected)
    expect(mergeVerdicts([part('orders'), part('billing')], request).revision).toBe(commit)
  })

  it('rejects if a part is missing', () => {
    expect(outcome([part('orders')])).toEqual({
      outcome: 'rejected',
      states: ['billing missing', 'orders passed'],
      faults: [],
    })
  })

  it('rejects if a named document does not exist, even if no part is missing', () => {
    expect(outcome([part('orders'), part('billing')], { absent: ['reports/mail/verdict.json'] })).toEqual({
      outcome: 'rejected',
      states: ['billing passed', 'orders passed'],
      faults: ['reports/mail/verdict.json does not exist'],
    })
  })

  it('says which part has uncommitted changes, and then names no commit', () => {
    const given = part('orders')
    const changed: GivenPart = {
      ...given,
      run: { ...given.run, subject: { ...given.run.subject, revision: { ...revision(commit), dirty: true } } },
    }
    const merged = mergeVerdicts([changed, part('billing')], request)
    expect(merged.parts.map(({ said }) => said.endsWith('; with uncommitted changes'))).toEqual([false, true])
    expect({ outcome: merged.outcome, revision: merged.revision }).toEqual({ outcome: 'passed', revision: undefined })
  })

  it('rejects if nothing was given and nothing was expected', () => {
    expect(outcome([], { expected: [] })).toEqual({
      outcome: 'rejected',
      states: [],
      faults: ['no expected parts are given'],
    })
  })

  it('rejects if a part was rejected, even if another is undecided', () => {
    expect(outcome([part('orders', rejectedRun()), part('billing', undecidedRun())])).toEqual({
      outcome: 'rejected',
      states: ['billing undecided', 'orders rejected'],
      faults: [],
    })
  })

  it.each([
    ['undecided', undecidedRun],
    ['broken', brokenRun],
  ] as const)('is undecided if a part is %s', (state, run) => {
    expect(outcome([part('orders', run()), part('billing')])).toEqual({
      outcome: 'undecided',
      states: ['billing passed', `orders ${state}`],
      faults: [],
    })
  })

  it('rejects a part that was not expected, even if it passed', () => {
    expect(outcome([part('orders'), part('billing'), part('backdoor')])).toEqual({
      outcome: 'rejected',
      states: ['backdoor unexpected', 'billing passed', 'orders passed'],
      faults: [],
    })
  })

  it('rejects if a part was given twice', () => {
    expect(outcome([part('orders'), part('orders'), part('billing')])).toMatchObject({
      outcome: 'rejected',
      faults: ['orders was given more than once'],
    })
  })

  it('rejects if parts are from different commits, or one is from none', () => {
    const other = 'b'.repeat(40)
    expect(outcome([part('orders'), part('billing', passedRun(), other)])).toMatchObject({
      outcome: 'rejected',
      faults: [`the parts are of different commits: billing of ${other}, orders of ${commit}`],
    })
    const without = part('billing')
    const { revision: _none, ...subject } = without.run.subject
    expect(outcome([part('orders'), { ...without, run: { ...without.run, subject } }])).toMatchObject({
      outcome: 'rejected',
      faults: [`the parts are of different commits: billing of no commit, orders of ${commit}`],
    })
  })

  it('ignores the missing commit of a part that broke off before its commit was known', () => {
    const early = {
      ...part('billing'),
      run: { ...brokenRun(), subject: { name: 'billing', dockerfile: 'Dockerfile' } },
    }
    expect(outcome([part('orders'), early])).toEqual({
      outcome: 'undecided',
      states: ['billing broken', 'orders passed'],
      faults: [],
    })
  })

  it('accepts a part up to its maximum age, but not older or from the future', () => {
    const at = (milliseconds: number) =>
      outcome([part('orders'), part('billing')], { now: new Date(Date.parse(judgedAt) + milliseconds) })
    expect(at(24 * 3_600_000).outcome).toBe('passed')
    expect(at(24 * 3_600_000 + 1)).toMatchObject({
      outcome: 'rejected',
      faults: [
        `billing was judged at ${judgedAt}, more than 24 hours ago`,
        `orders was judged at ${judgedAt}, more than 24 hours ago`,
      ],
    })
    expect(at(-15 * 60_000).outcome).toBe('passed')
    expect(at(-15 * 60_000 - 1)).toMatchObject({
      outcome: 'rejected',
      faults: [
        `billing was judged at ${judgedAt}, which is in the future`,
        `orders was judged at ${judgedAt}, which is in the future`,
      ],
    })
  })

  it('counts only the rules that were judged', () => {
    const run = passedRun()
    const [first] = run.verdict?.results ?? []
    const { verdict } = run
    if (verdict === undefined || first === undefined) throw new Error('a run that passed has results')
    const said = (results: typeof verdict.results) =>
      mergeVerdicts([part('orders', { ...run, verdict: { ...verdict, results } })], request).parts.find(
        ({ name }) => name === 'orders',
      )?.said
    const judged = { ...first, status: 'passed' as const }
    expect(said([judged, judged])).toBe('2 of 2 rules judged')
    expect(said([judged, { ...first, status: 'off' }])).toBe('1 of 2 rules judged')
  })

  it('shows on a terminal what is missing and what denies, without control characters', () => {
    const text = renderMerged(mergeVerdicts([part('orders\u001b[2J'), part('orders', rejectedRun())], request), {
      color: false,
    })
    expect(text).not.toContain('\u001b')
    for (const said of [
      'billing',
      'missing',
      "its run's document was not given",
      'denied by',
      'REJECTED: 0 of 3 parts passed',
    ])
      expect(text).toContain(said)
  })
})
