import type { Answer, Proposal, Repair, Turn } from './repair.ts'

/** The most rounds of repairs. Each changes the image, so that the next one may propose something else. */
export const mostRounds = 6

/** The most different sets of changes that are built. On two cores each takes some ten seconds. */
export const mostBuilds = 30

/** How often one repair may be kept: what it proposes a third time, it would propose without end. */
const mostTimes = 2

/**
 * The turns in their order, those in one line together. Each line changes what the next one sees: `stages` what is in
 * the image, `start` what it is started as, `base` what it is made from, `order` only how long it takes to be built.
 * `observed` writes down what the others have made of it.
 */
const lines: ReadonlyArray<readonly Turn[]> = [['stages'], ['start', 'base'], ['rest', 'order'], ['observed']]

/**
 * The proposals of the next round: those of the first line that has any. `finished` has the repairs that were left out,
 * `kept` those that were made. An image that passes only gets a different order. Of the turn `stages` one repair is made:
 * another would try again what the first one has tried.
 */
export function nextRound(
  repairs: readonly Repair[],
  answers: readonly Answer[],
  { finished, kept, passes }: { finished: readonly string[]; kept: readonly string[]; passes: boolean },
): Proposal[] {
  const staged = repairs.find(({ id, turn }) => turn === 'stages' && kept.includes(id))
  const isDone = (id: string) => finished.includes(id) || kept.filter((one) => one === id).length >= mostTimes
  const asked = repairs.flatMap((repair, index) => {
    const { turn = 'rest' } = repair
    const isAsked = passes ? turn === 'order' : turn !== 'stages' || staged === undefined || staged === repair
    return (isAsked ? (answers[index]?.proposals ?? []) : [])
      .filter(({ repair: id }) => !isDone(id))
      .map((proposal) => ({ turn, proposal }))
  })
  const line = lines.find((turns) => asked.some(({ turn }) => turns.includes(turn))) ?? []
  return asked.filter(({ turn }) => line.includes(turn)).map(({ proposal }) => proposal)
}

/**
 * The most sets that `keepWorking` tries for some proposals: each half and each one alone, which is one less than twice
 * their number, and each other form of one.
 */
export function mostTries(proposals: readonly Proposal[]): number {
  const others = proposals.reduce((sum, proposal) => sum + otherForms(proposal), 0)
  return Math.max(0, 2 * proposals.length - 1) + others
}

function otherForms({ otherwise }: Proposal): number {
  return otherwise === undefined ? 0 : 1 + otherForms(otherwise)
}
