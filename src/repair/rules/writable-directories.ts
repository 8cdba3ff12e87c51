import { refusedDirectories } from '../refused-writes.ts'
import { violationsOf, type Repair } from '../repair.ts'

/** The rules that say no because of a refused write; the text is about the first. */
const answers = ['runtime-ready', 'runtime-run', 'runtime-refused-writes'] as const

/** What the application was refused to write is told with the setting that would allow it. Only people know whether it may be lost. */
export const writableDirectories: Repair = {
  id: 'writable-directories',
  title:
    'Directories that the application was refused to write to are proposed for `runtime.tmpfs`, as a comment in the policy: only people know whether what is written there may be lost',
  answers,
  propose({ policy, image, results }) {
    const rule = answers.find((one) => violationsOf({ results }, one).length > 0)
    const { configuration, runtime, seen } = image
    const needed = seen?.tmpfs ?? []
    const refused =
      needed.length > 0 || configuration === undefined || runtime === undefined
        ? needed
        : refusedDirectories(runtime, configuration)
    if (refused.length === 0 || rule === undefined) return {}
    const setting = `runtime: {tmpfs: [${[...policy.runtime.tmpfs, ...refused].join(', ')}]}`
    const why =
      needed.length > 0
        ? `It becomes ready only if it can write to ${refused.join(', ')}`
        : `It was refused to write to ${refused.join(', ')}`
    return {
      remains: [
        {
          rule,
          text: `${why}. If what is there may be lost when the container stops: ${setting} in the policy, and a tmpfs or an emptyDir in production; otherwise a volume.`,
        },
      ],
    }
  },
}
