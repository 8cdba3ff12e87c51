import { violationsOf, type Repair } from '../repair.ts'

/** Python writes what it has compiled beside its sources; on a read-only root each of these writes is refused. */
export const bytecode: Repair = {
  id: 'bytecode',
  title: 'Python does not try to write compiled files where all that is refused are those',
  answers: ['runtime-refused-writes'],
  propose(situation) {
    const paths = violationsOf(situation, 'runtime-refused-writes').map(({ id }) => id)
    return paths.length === 0 || !paths.every((path) => /\/__pycache__(\/|$)/.test(path))
      ? {}
      : {
          proposals: [
            {
              repair: bytecode.id,
              what: 'Python writes no compiled files',
              equal: true,
              tail: ['ENV PYTHONDONTWRITEBYTECODE=1'],
            },
          ],
        }
  },
}
