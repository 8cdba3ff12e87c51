import { posix } from 'node:path'
import { shippedInstructions } from '../dockerfile-file.ts'
import { execEdit } from '../kept-remarks.ts'
import { manifestOf, record } from '../manifest.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'
import { plainWord, readShellText, wordsOf } from '../script.ts'
import { sourceFileAt, workingDirectoryAt } from '../source-file.ts'
import { isServerCode } from '../wanted-texts.ts'
import { execWords } from './exec-form.ts'

/** A package manager that only starts a script of package.json is replaced by what the script starts. */
export const startedScript: Repair = {
  id: 'started-script',
  turn: 'start',
  title: 'CMD ["npm", "start"] becomes the node command of the script in package.json',
  answers: ['package-managers', 'runtime-stop'],
  propose(situation) {
    const { file, image } = situation
    const cmd = shippedInstructions(file).findLast(({ keyword }) => keyword === 'CMD')
    const isAsked =
      violationsOf(situation, 'package-managers').length + violationsOf(situation, 'runtime-stop').length > 0
    const written = cmd?.json === true ? cmd.words : cmd === undefined ? undefined : execWords(file, cmd)
    const words = written !== undefined && isAsked ? scriptWords(written, situation) : undefined
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

/** Variables that a package manager sets for a script, as code reads them. */
const ofManager = /\b(npm_(package|config|lifecycle|execpath|node_execpath|command|new)|INIT_CWD)/

/** Settings of a package manager that change how a script is started. */
const steering = /^[ \t]*(node-options|script-shell|shell-emulator|ignore-scripts|enable-pre-post-scripts)[ \t]*=/m

/**
 * What a script of package.json starts where the image works, if that is node with plain words, nothing runs before or after
 * it, and nothing in the source reads what the package manager says of itself.
 */
export function scriptWords([manager = '', ...args]: readonly string[], situation: Situation): string[] | undefined {
  const { file, source } = situation
  const end = { stage: file.target, start: file.text.length }
  const directory = workingDirectoryAt(file, end) ?? situation.image.configuration?.workingDir
  if (!/^(npm|yarn|pnpm)$/.test(posix.basename(manager)) || directory === undefined) return undefined
  const [name, more] = args[0] === 'run' ? args.slice(1) : args
  const manifest = sourceFileAt(situation, end, posix.resolve('/', directory, 'package.json'))
  const scripts = record(manifestOf(source.texts, manifest ?? '')['scripts'])
  const script = name === undefined || more !== undefined ? undefined : scripts[name]
  if (manifest === undefined || typeof script !== 'string' || isSteered(source, posix.dirname(manifest)))
    return undefined
  if (scripts[`pre${name}`] !== undefined || scripts[`post${name}`] !== undefined) return undefined
  const [statement, another] = readShellText(script)?.tree.commands ?? []
  const command = statement?.command
  if (another !== undefined || statement?.background === true) return undefined
  if (command?.type !== 'Command' || command.prefix.length > 0 || command.suffix.some(({ type }) => type !== 'Word'))
    return undefined
  const words = wordsOf(command).map(plainWord)
  const plain = words.filter((word) => word !== undefined)
  return plain.length === words.length && plain[0] === 'node' ? plain : undefined
}

/** Whether something reads the variables of a package manager, or settings of it change the script; true if that is unknown. */
function isSteered({ paths, texts }: Situation['source'], directory: string): boolean {
  const code = [...paths].filter((path) => isServerCode.test(path))
  const settings = posix.join(directory, '.npmrc')
  return (
    [...code, ...(paths.has(settings) ? [settings] : [])].some((path) => !texts.has(path)) ||
    code.some((path) => ofManager.test(texts.get(path) ?? '')) ||
    steering.test(texts.get(settings) ?? '')
  )
}
