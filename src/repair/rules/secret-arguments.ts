import { lineage } from '../apart.ts'
import { instructionAt, type DockerfileFile, type PlacedInstruction } from '../dockerfile-file.ts'
import { wholeLines } from '../placed-paths.ts'
import { lintOf, violationsOf, type Proposal, type Repair } from '../repair.ts'
import { scriptOf } from '../script.ts'

/** A secret in an argument is in the image's history; one that is mounted is nowhere. */
export const secretArguments: Repair = {
  id: 'secret-arguments',
  title:
    'An argument for a secret, without a value, is mounted as a secret in the RUNs that may read it, if nothing else names it',
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

/** Programs that read no secret of an application from their environment. */
const indifferent =
  /^(apt-get|apt|apk|yum|dnf|mkdir|chown|chmod|rm|mv|cp|ln|cd|set|true|echo|useradd|adduser|usermod|groupadd|addgroup)$/

/**
 * The RUNs that may read an argument, if one of them names it: any program may read its environment. Undefined if any other
 * instruction of the file names it.
 */
function readersOf(file: DockerfileFile, argument: PlacedInstruction, name: string): PlacedInstruction[] | undefined {
  const { instructions, text } = file
  const naming = instructions.filter(
    (one) => one !== argument && new RegExp(`\\b${name}\\b`).test(text.slice(one.start, one.end)),
  )
  const has = ({ keyword, stage, start }: PlacedInstruction) =>
    keyword === 'RUN' && start > argument.start && lineage(file, stage).includes(argument.stage)
  if (!naming.every(has)) return undefined
  const mayRead = (one: PlacedInstruction) => {
    const script = scriptOf(file, one)
    return naming.includes(one) || !script?.commands.every(({ words }) => indifferent.test(words[0] ?? ''))
  }
  return naming.length === 0 ? [] : instructions.filter((one) => has(one) && mayRead(one))
}
