import { nonrootForm } from '../../bases/index.ts'
import { lintOf, violationsOf, type Repair } from '../repair.ts'
import { keptRoot } from '../shipped-stage.ts'

/** The version of a distroless image is in its name, e.g. base-debian12: its tags only name another user or a shell. */
export const distrolessTag: Repair = {
  id: 'distroless-tag',
  turn: 'base',
  title: 'Distroless bases tagged latest become nonroot, with the same content for another user than root',
  answers: ['base-latest', 'DL3006', 'DL3007'],
  propose(situation) {
    const isAsked =
      violationsOf(situation, 'base-latest').length > 0 || lintOf(situation, 'DL3006', 'DL3007').length > 0
    const { file } = situation
    const found = (isAsked ? file.images : []).flatMap(({ kind, stage, written, start, end }) => {
      const text = nonrootForm(written)
      if (kind !== 'from' || text === undefined || file.text.slice(start, end) !== written) return []
      // Tagged nonroot, it works in the user's home.
      return [{ text, edits: [{ start, end, text }, ...keptRoot(file, stage)] }]
    })
    const what = found.map(({ text }) => text).join(', ')
    const edits = found.flatMap((one) => one.edits)
    return edits.length === 0 ? {} : { proposals: [{ repair: distrolessTag.id, what, equal: false, edits }] }
  },
}
