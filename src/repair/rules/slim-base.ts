import { smallerBases } from '../../bases/index.ts'
import { violationsOf, type Repair } from '../repair.ts'
import { keptFor, runElsewhere } from '../run-elsewhere.ts'

/** What a smaller base has less of. */
const answers = ['size-unpacked', 'vulnerabilities', 'setuid'] as const

/** Programs that the smaller form has as well. */
const inSlim =
  /^((\/(usr\/)?bin\/)?(ba|da)?sh|test|\[|true|exit|echo|sleep|cat|grep|cd|export|set|exec|env|node|npm|npx|yarn|python[0-9.]*|pip[0-9.]*|gunicorn|uvicorn|celery|alembic|flask|java)$/

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
    const elsewhere = runElsewhere(situation).filter(({ programs }) => !programs.every((name) => inSlim.test(name)))
    if (edits.length > 0 && elsewhere.length > 0) return keptFor(elsewhere)
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
