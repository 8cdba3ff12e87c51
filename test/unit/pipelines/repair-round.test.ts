import { describe, expect, it } from 'vitest'
import { working } from '../../../pipelines/repair-round.ts'
import type { TriedImage } from '../../../pipelines/try-image.ts'
import type { Proposal } from '../../../src/repair/index.ts'
import { failedRun, goodRun } from '../gate/good-evidence.ts'

const proposal = (repair: string, more: Partial<Proposal> = {}): Proposal => ({
  repair,
  what: repair,
  equal: false,
  ...more,
})
const always = () => true
const names = (some: readonly Proposal[]) => some.map(({ what }) => what)

/** An engine that builds and starts what it is told. */
function engine(builds: (some: string[]) => boolean, starts: (some: string[]) => boolean) {
  const asked: string[] = []
  const attempt = async (some: readonly Proposal[]): Promise<TriedImage | undefined> => {
    asked.push(names(some).join(', '))
    if (!builds(names(some))) return undefined
    const run = starts(names(some)) ? goodRun() : failedRun('exited')
    return { configuration: undefined, run }
  }
  return { asked, attempt }
}

describe('the proposals with which an image works', () => {
  it('are all, if it starts with them, after one attempt', async () => {
    const { asked, attempt } = engine(
      () => true,
      () => true,
    )
    const all = [proposal('a'), proposal('b')]
    expect(await working(attempt, all, always)).toEqual({ kept: all, left: [] })
    expect(asked).toEqual(['a, b'])
  })
  it('have the first form of a smaller base with which it starts, even if it never started before', async () => {
    const slim = proposal('stages', { what: 'slim', starts: true })
    const stages = proposal('stages', {
      what: 'static',
      starts: true,
      otherwise: { ...slim, what: 'glibc', otherwise: slim },
    })
    const { asked, attempt } = engine(
      (some) => !some.includes('static'),
      (some) => some.includes('slim'),
    )
    const { kept, left } = await working(attempt, [stages], always)
    expect([names(kept), left]).toEqual([['slim'], []])
    expect([...new Set(asked)]).toEqual(['static', 'glibc', '', 'slim'])
  })
  it('are those that change nothing that runs, if it starts with none of them', async () => {
    const equal = proposal('c', { equal: true })
    const { attempt } = engine(
      () => true,
      () => false,
    )
    const { kept, left } = await working(attempt, [proposal('stages', { starts: true }), equal], always)
    expect(names(kept)).toEqual(['c'])
    expect(left).toEqual([{ repair: 'stages', what: 'stages', why: expect.stringContaining('was not seen to start') }])
  })
  it('are not held back by one with which it does not build', async () => {
    const { attempt } = engine(
      (some) => !some.includes('b'),
      (some) => some.includes('user'),
    )
    const all = [proposal('a'), proposal('b'), proposal('c'), proposal('user', { user: '65532' })]
    const { kept, left } = await working(attempt, all, always)
    expect(names(kept).toSorted()).toEqual(['a', 'c', 'user'])
    expect(left).toEqual([{ repair: 'b', what: 'b', why: 'the image does not build with it' }])
  })
  it('are only tried as often as allowed, and the others are said to be unproven', async () => {
    const { asked, attempt } = engine(
      () => true,
      (some) => !some.includes('a'),
    )
    const all = ['a', 'b', 'c'].map((repair) => proposal(repair))
    const { kept, left } = await working(attempt, all, () => new Set(asked).size < 3)
    expect([...new Set(asked)]).toEqual(['a, b, c', '', 'a, b'])
    expect(kept).toEqual([])
    expect(left.map(({ repair, why }) => `${repair}: ${why}`)).toEqual(
      ['a', 'b', 'c'].map((repair) => `${repair}: not tried: the limit of 30 builds was reached`),
    )
  })
})
