import { smallerBases } from '../../bases/index.ts'
import { violationsOf, type Repair } from '../repair.ts'

/** What a smaller base has less of. */
const answers = ['size-unpacked', 'vulnerabilities', 'setuid'] as const

/** The shipped stage starts from the smaller form of its base, at the same version. */
export const slimBase: Repair = {
  id: 'slim-base',
  turn: 'base',
  title: 'The shipped stage starts from the slim form of the same base, at the same version',
  answers,
  propose(situation) {
    const { file } = situation
    if (answers.every((rule) => violationsOf(situation, rule).length === 0)) return {}
    const edits = file.images.flatMap(({ kind, stage, start, end, written }) => {
      const slim = kind === 'from' && file.shipped.includes(stage) ? smallerBases(written)?.slim : undefined
      return slim !== undefined && file.text.slice(start, end) === written ? [{ start, end, text: slim }] : []
    })
    return edits.length === 0
      ? {}
      : {
          proposals: [
            {
              repair: slimBase.id,
              what: edits.map(({ text }) => text).join(', '),
              equal: false,
              edits,
            },
          ],
        }
  },
}
