import type { Configuration, Violation } from '../../model/index.ts'
import { givesScript } from '../../formats/shell-wrappers.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** In shell form the shell is process 1: it does not forward SIGTERM, so the runtime kills the application instead of stopping it. */
export const execForm: Rule = {
  id: 'exec-form',
  title: 'ENTRYPOINT and CMD are in exec form',
  needs: ['configuration'],
  severities: ['low'],
  remedy: 'Write the instruction as a JSON array, e.g. CMD ["python3", "-m", "app"].',
  source: 'Dockerfile reference, shell and exec form; hadolint DL3025',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
      platform,
      value,
      text: [...value.entrypoint, ...value.cmd].join(' ') || 'no command',
    }))
    const violations = images.flatMap(({ platform, value }) =>
      shellForms(value).map(({ instruction, words }): Violation => ({
        id: instruction,
        subject: '',
        severity: 'low',
        platform,
        wanted: `${instruction} as a JSON array that starts the program itself`,
        found: words.join(' '),
        remedy: execForm.remedy,
        owner: ownersOn(evidence, platform).ofSetting(instruction),
      })),
    )
    return { wanted: 'exec form', found: onEveryPlatform(images), violations }
  },
}

/** The instructions whose words give a script to a shell; CMD may also be the rest of the words of ENTRYPOINT. */
function shellForms({ entrypoint, cmd }: Configuration): Array<{ instruction: string; words: string[] }> {
  const instructions = [
    { instruction: 'ENTRYPOINT', words: entrypoint },
    { instruction: 'CMD', words: cmd },
  ]
  const found = instructions.filter(({ words }) => givesScript(words))
  const together = [...entrypoint, ...cmd]
  return found.length === 0 && givesScript(together) ? [{ instruction: 'ENTRYPOINT', words: together }] : found
}
