import type { DockerfileFile, PlacedInstruction } from '../dockerfile-file.ts'
import { instructionAt } from '../dockerfile-file.ts'
import { wholeLines } from '../placed-paths.ts'
import { lintOf, violationsOf, type Proposal, type Repair } from '../repair.ts'

/** A secret in an argument is in the image's history; one that is mounted is nowhere. */
export const secretArguments: Repair = {
  id: 'secret-arguments',
  title:
    'An argument for a secret, without a value, is mounted as a secret in the RUNs that name it, if nothing else names it',
  answers: ['SecretsUsedInArgOrEnv', 'suspected-secrets'],
  propose(situation) {
    const { file, policy } = situation
    const said = lintOf(situation, 'SecretsUsedInArgOrEnv').map(({ line }) => instructionAt(file, line))
    const found = new Set(violationsOf(situation, 'suspected-secrets').map(({ id }) => id))
    const seen = file.instructions.filter(({ keyword, words }) => keyword === 'ARG' && found.has(words[0] ?? ''))
    const proposals = [...new Set([...said, ...seen])].flatMap((argument): Proposal[] => {
      const [name = '', another] = argument?.words ?? []
      if (argument?.keyword !== 'ARG' || argument.stage < 0 || another !== undefined || !/^\w+$/.test(name)) return []
      const readers = readersOf(file, argument, name)
      // A value that the policy gives has to be taken out of it, and changed, by a person.
      if (readers === undefined || readers.length === 0 || Object.hasOwn(policy.build.args, name)) return []
      return [
        {
          repair: `${secretArguments.id} ${name}`,
          what: `${name} is mounted: give it with --build-secret ${name}=env:${name}`,
          equal: true,
          edits: [
            { ...wholeLines(file, argument), text: '' },
            ...readers.map(({ start, keyword }) => {
              const at = start + keyword.length
              return { start: at, end: at, text: ` --mount=type=secret,id=${name},env=${name}` }
            }),
          ],
        },
      ]
    })
    return { proposals }
  },
}

/** The RUNs of its stage that name an argument; undefined if any other instruction of the file does. */
function readersOf(
  { instructions, text }: DockerfileFile,
  argument: PlacedInstruction,
  name: string,
): PlacedInstruction[] | undefined {
  const naming = instructions.filter(
    (one) => one !== argument && new RegExp(`\\b${name}\\b`).test(text.slice(one.start, one.end)),
  )
  return naming.every(
    ({ keyword, stage, start }) => keyword === 'RUN' && stage === argument.stage && start > argument.start,
  )
    ? naming
    : undefined
}
