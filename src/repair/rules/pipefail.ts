import { blockOf } from '../placed-paths.ts'
import { firstOfEachStage, type Repair, type Situation } from '../repair.ts'

/** A pipe fails if any of its programs does. */
export const pipefail: Repair = {
  id: 'pipefail',
  title: 'RUN with a pipe gets a shell that fails if any part of the pipe fails',
  answers: ['DL4006'],
  propose(situation) {
    const { file } = situation
    const edits = firstOfEachStage(situation, 'DL4006').map((run) => {
      const { start } = blockOf(file, run)
      return { start, end: start, text: `SHELL ${shellOf(situation, run.stage)}${file.newline}` }
    })
    // The commands stay the same; a build that succeeded only because a failure was hidden now fails.
    return {
      proposals: edits.length === 0 ? [] : [{ repair: pipefail.id, what: 'SHELL with pipefail', equal: true, edits }],
    }
  },
}

/** Alpine has no bash, and Debian's sh has no pipefail. */
function shellOf({ file }: Situation, stage: number): string {
  const base = file.images.find((image) => image.kind === 'from' && image.stage === stage)?.reference ?? ''
  return /alpine|busybox/.test(base) ? '["/bin/ash", "-eo", "pipefail", "-c"]' : '["/bin/bash", "-o", "pipefail", "-c"]'
}
