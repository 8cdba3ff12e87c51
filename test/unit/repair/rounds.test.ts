import { describe, expect, it } from 'vitest'
import { keepWorking, mostTries, nextRound, type Answer, type Proposal, type Turn } from '../../../src/repair/index.ts'
import type { Repair } from '../../../src/repair/repair.ts'

const proposal = (repair: string, forms = 1): Proposal => ({
  repair,
  what: `${repair}${forms}`,
  equal: false,
  ...(forms === 1 ? {} : { otherwise: proposal(repair, forms - 1) }),
})
const repair = (id: string, turn: Turn): Repair => ({ id, turn, title: id, answers: [], propose: () => ({}) })

describe('the proposals of a round', () => {
  const repairs = [
    repair('two-stages', 'stages'),
    repair('user', 'start'),
    repair('slim-base', 'base'),
    repair('labels', 'rest'),
    repair('dependencies-first', 'order'),
    repair('structure-tests', 'observed'),
  ]
  const all = repairs.map(({ id }): Answer => ({ proposals: [proposal(id)] }))
  const begun = { finished: [], kept: [], passes: false }
  const names = (past: Parameters<typeof nextRound>[2], answers = all) =>
    nextRound(repairs, answers, past).map(({ repair: id }) => id)

  it('are those of the first turn that has any, and each later one sees what the earlier ones made', () => {
    expect(names(begun)).toEqual(['two-stages'])
    expect(names({ ...begun, finished: ['two-stages'] })).toEqual(['user', 'slim-base'])
    const early = ['two-stages', 'user', 'slim-base']
    expect(names({ ...begun, finished: early })).toEqual(['labels', 'dependencies-first'])
    expect(names({ ...begun, finished: [...early, 'labels', 'dependencies-first'] })).toEqual(['structure-tests'])
  })
  it('are none if nothing is proposed, so that the rounds end', () => {
    expect(
      names(
        begun,
        all.map(() => ({})),
      ),
    ).toEqual([])
  })
  it('are only a different order for an image that passes', () => {
    expect(names({ ...begun, passes: true })).toEqual(['dependencies-first'])
  })
  it('are not what was left out, if a repair proposes several things', () => {
    const two: Answer[] = all.map(() => ({}))
    two[3] = { proposals: [proposal('labels one'), proposal('labels two')] }
    expect(names({ ...begun, finished: ['labels one'] }, two)).toEqual(['labels two'])
  })
  it('are not those of another repair of the stages once one was kept', () => {
    const two = [...repairs, repair('distroless-base', 'stages')]
    const ids = (kept: string[]) =>
      nextRound(
        two,
        two.map(({ id }): Answer => ({ proposals: [proposal(id)] })),
        { ...begun, kept },
      ).map(({ repair: id }) => id)
    expect(ids([])).toEqual(['two-stages', 'distroless-base'])
    expect(ids(['two-stages'])).toEqual(['two-stages'])
    expect(ids(['two-stages', 'two-stages'])).toEqual(['user', 'slim-base'])
  })
  it('are not those of a repair that was kept twice and proposes something again', () => {
    expect(names({ ...begun, kept: ['two-stages'] })).toEqual(['two-stages'])
    expect(names({ ...begun, kept: ['two-stages', 'two-stages'] })).toEqual(['user', 'slim-base'])
  })
})

describe('the sets that are tried to find the proposals that work', () => {
  const lists = [[], ['a'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e']].map((ids) => ids.map((id) => proposal(id)))
  const cases = [...lists, [proposal('a', 3), proposal('b'), proposal('c', 2)]].map((list) => ({
    list,
    most: mostTries(list),
  }))

  it.each(cases)('are never more than $most, whichever of them break', async ({ list, most }) => {
    const counts = await Promise.all(
      Array.from({ length: 2 ** list.length }, async (_, bits) => {
        let tries = 0
        const works = async (some: readonly Proposal[]) => {
          tries += 1
          return some.every((one) => ((bits >> list.findIndex(({ repair: id }) => id === one.repair)) & 1) === 0)
        }
        await keepWorking(list, works)
        return tries
      }),
    )
    expect(Math.max(...counts)).toBe(most)
  })
  it('end when no more may be tried, and what is left is returned as untried', async () => {
    let tries = 0
    const works = async (some: readonly Proposal[]) => {
      tries += 1
      return some.every(({ repair: id }) => id !== 'd')
    }
    const list = ['a', 'b', 'c', 'd'].map((id) => proposal(id))
    const { kept, dropped, untried } = await keepWorking(list, works, () => tries < 2)
    expect([kept, dropped, untried].map((some) => some.map(({ repair: id }) => id))).toEqual([
      ['a', 'b'],
      [],
      ['c', 'd'],
    ])
  })
})
