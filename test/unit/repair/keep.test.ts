import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { keepWorking, withoutOverlaps } from '../../../src/repair/index.ts'
import type { Proposal } from '../../../src/repair/repair.ts'

const proposal = (repair: string, more: Partial<Proposal> = {}): Proposal => ({
  repair,
  what: repair,
  equal: false,
  ...more,
})

/** Works where nothing in the list is guilty; counts how often it was asked. */
function without(guilty: readonly string[]) {
  const asked: string[] = []
  const works = async (some: readonly Proposal[]) => {
    asked.push(some.map(({ repair, what }) => `${repair} ${what}`).join())
    return !some.some(({ what }) => guilty.includes(what))
  }
  return { asked, works }
}

describe('leaving out', () => {
  it('asks once where all is well', async () => {
    const { asked, works } = without([])
    const kept = await keepWorking(
      ['a', 'b', 'c'].map((name) => proposal(name)),
      works,
    )
    expect(kept.kept.map(({ repair }) => repair)).toEqual(['a', 'b', 'c'])
    expect(asked).toHaveLength(1)
  })

  it('drops exactly what breaks, whatever that is, and asks no more often than three times for each', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (let guilt = 0; guilt < 2 ** names.length; guilt++) {
      const guilty = names.filter((_, index) => (guilt >> index) % 2 === 1)
      const { asked, works } = without(guilty)
      const { kept, dropped } = await keepWorking(
        names.map((name) => proposal(name)),
        works,
      )
      expect(kept.map(({ repair }) => repair)).toEqual(names.filter((name) => !guilty.includes(name)))
      expect(dropped.map(({ repair }) => repair)).toEqual(guilty)
      expect(asked.length).toBeLessThanOrEqual(3 * names.length)
    }
  })

  it('takes the other form of what breaks, where that works', async () => {
    const user = proposal('user', { what: 'plain', otherwise: proposal('user', { what: 'owner' }) })
    const { works } = without(['plain'])
    const { kept, dropped } = await keepWorking([user, proposal('b')], works)
    expect(kept.map(({ what }) => what)).toEqual(['owner', 'b'])
    expect(dropped).toEqual([])
  })

  it('drops two that only break together down to one', async () => {
    const works = async (some: readonly Proposal[]) => some.filter(({ repair }) => /[bc]/.test(repair)).length < 2
    const { kept } = await keepWorking(
      ['a', 'b', 'c', 'd'].map((name) => proposal(name)),
      works,
    )
    expect(kept.map(({ repair }) => repair)).toEqual(['a', 'b', 'd'])
  })
})

describe('edits', () => {
  it('of one place: the earlier proposal stays, and insertions side by side do not meet', () => {
    const [whole, inner, behind] = [
      proposal('whole', { edits: [{ start: 0, end: 9, text: 'x' }] }),
      proposal('inner', { edits: [{ start: 4, end: 4, text: 'y' }] }),
      proposal('behind', { edits: [{ start: 9, end: 9, text: 'z' }] }),
    ]
    const { kept, dropped } = withoutOverlaps([whole, inner, behind])
    expect([kept, dropped].map((some) => some.map(({ repair }) => repair))).toEqual([['whole', 'behind'], ['inner']])
  })

  it('that overlap are refused, and none is made', () => {
    const edit = (start: number, end: number) => ({ start, end, text: '' })
    expect(() => applyEdits('0123456789', [edit(0, 5), edit(4, 6)])).toThrow(/overlap/)
    expect(() => applyEdits('0123', [edit(3, 9)])).toThrow(RangeError)
    expect(applyEdits('0123', [edit(2, 3), edit(0, 1)])).toBe('13')
  })
})
