import { shippedInstructions, type DockerfileFile, type PlacedInstruction } from '../dockerfile-file.ts'
import { execEdit } from '../kept-remarks.ts'
import { lintOf, violationsOf, type Proposal, type Repair } from '../repair.ts'
import { plainWord, scriptOf, wordsOf } from '../script.ts'

/** Words that a shell interprets itself. */
const builtins =
  /^(\.|:|\[|alias|bg|break|cd|command|continue|eval|exec|exit|export|fg|jobs|read|return|set|shift|source|test|times|trap|type|ulimit|umask|unset|wait)$/

/** A command that needs no shell is started without one: then it is process 1 and gets the stop signal. */
export const execForm: Repair = {
  id: 'exec-form',
  title: 'CMD and ENTRYPOINT that need no shell are written as JSON arrays',
  answers: ['exec-form', 'DL3025', 'JSONArgsRecommended'],
  propose(situation) {
    const { file, image } = situation
    const said = violationsOf(situation, 'exec-form').map(({ id }) => id)
    const lines = lintOf(situation, 'DL3025', 'JSONArgsRecommended').map(({ line }) => line)
    const stage = shippedInstructions(file)
    const found = (['ENTRYPOINT', 'CMD'] as const).flatMap((keyword) => {
      const last = stage.findLast((one) => one.keyword === keyword)
      const isMeant =
        last !== undefined && !last.json && (said.includes(keyword) || lines.some((line) => line === last.line))
      return isMeant ? [last] : []
    })
    // In shell form, ENTRYPOINT ignores CMD; in exec form, CMD becomes its arguments.
    const swallowed =
      found.some(({ keyword }) => keyword === 'ENTRYPOINT') && (image.configuration?.cmd ?? []).length > 0
    const proposals = found.flatMap((instruction): Proposal[] => {
      const words = swallowed ? undefined : execWords(file, instruction)
      if (words === undefined) return []
      return [
        {
          repair: `${execForm.id} ${instruction.keyword}`,
          what: `${instruction.keyword} without a shell`,
          equal: false,
          edits: [execEdit(file, instruction, words)],
        },
      ]
    })
    return proposals.length === found.length
      ? { proposals }
      : {
          proposals,
          remains: [
            {
              rule: 'exec-form',
              text: 'The command uses features of a shell (variables, several commands, redirections). Put it into a script that ends with exec, and start that; or read the variables in the program.',
            },
          ],
        }
  },
}

/** The words of an instruction for which the shell only splits words. */
export function execWords(file: DockerfileFile, instruction: PlacedInstruction): string[] | undefined {
  const script = scriptOf(file, instruction)
  const [command, more] = script?.chain ?? []
  if (command === undefined || more !== undefined) return undefined
  const { prefix, suffix } = command.node
  if (prefix.length > 0 || suffix.some(({ type }) => type !== 'Word')) return undefined
  const words = wordsOf(command.node).map(plainWord)
  if (words[0] === 'exec') words.shift()
  const known = words.filter((word) => word !== undefined)
  const [program = ''] = known
  return known.length === words.length && program !== '' && !program.startsWith('-') && !builtins.test(program)
    ? known
    : undefined
}
