import { posix } from 'node:path'
import { shippedInstructions } from '../dockerfile-file.ts'
import { execEdit } from '../kept-remarks.ts'
import { manifestOf, record } from '../manifest.ts'
import { violationsOf, type Repair } from '../repair.ts'
import { plainWord, readShellText, wordsOf } from '../script.ts'
import { execWords } from './exec-form.ts'

/** A package manager that only starts a script of package.json is replaced by what the script starts. */
export const startedScript: Repair = {
  id: 'started-script',
  turn: 'start',
  title: 'CMD ["npm", "start"] becomes the node command of the script in package.json',
  answers: ['package-managers', 'runtime-stop'],
  propose(situation) {
    const { file, image, source } = situation
    const cmd = shippedInstructions(file).findLast(({ keyword }) => keyword === 'CMD')
    const isAsked =
      violationsOf(situation, 'package-managers').length + violationsOf(situation, 'runtime-stop').length > 0
    const written = cmd?.json === true ? cmd.words : cmd === undefined ? undefined : execWords(file, cmd)
    const words = written !== undefined && isAsked ? scriptWords(written, source.texts) : undefined
    // The base's entry point starts its arguments; a different one may interpret the words in its own way.
    const own = shippedInstructions(file).some(({ keyword }) => keyword === 'ENTRYPOINT')
    if (cmd === undefined || words === undefined || own || (image.configuration?.cmd.length ?? 0) === 0) return {}
    return {
      proposals: [
        {
          repair: startedScript.id,
          what: `${words[0]} in place of ${written?.[0]}`,
          equal: false,
          starts: true,
          edits: [execEdit(file, cmd, words)],
        },
      ],
    }
  },
}

/** What a script of package.json starts, if that is node with plain words and nothing runs before or after it. */
export function scriptWords(
  [manager = '', ...args]: readonly string[],
  texts: ReadonlyMap<string, string>,
): string[] | undefined {
  if (!/^(npm|yarn|pnpm)$/.test(posix.basename(manager))) return undefined
  const [name, more] = args[0] === 'run' ? args.slice(1) : args
  const scripts = record(manifestOf(texts, 'package.json')['scripts'])
  const script = name === undefined || more !== undefined ? undefined : scripts[name]
  if (typeof script !== 'string' || scripts[`pre${name}`] !== undefined || scripts[`post${name}`] !== undefined)
    return undefined
  const [statement, another] = readShellText(script)?.tree.commands ?? []
  const command = statement?.command
  if (another !== undefined || statement?.background === true) return undefined
  if (command?.type !== 'Command' || command.prefix.length > 0 || command.suffix.some(({ type }) => type !== 'Word'))
    return undefined
  const words = wordsOf(command).map(plainWord)
  const plain = words.filter((word) => word !== undefined)
  return plain.length === words.length && plain[0] === 'node' ? plain : undefined
}
