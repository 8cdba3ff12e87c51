import { violationsOf, type Repair } from '../repair.ts'

/** Python writes compiled files next to its sources; on a read-only root each of these writes is refused. */
export const bytecode: Repair = {
  id: 'bytecode',
  title: 'Python writes no compiled files, if no other write is refused',
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
