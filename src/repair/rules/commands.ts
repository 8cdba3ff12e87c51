import { lineage } from '../apart.ts'
import { instructionAt, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { initialDirectory } from '../placed-paths.ts'
import { isPlainPath, lintOf, type Proposal, type Repair } from '../repair.ts'
import { runScriptAt, wordsOf, type PlacedScript } from '../script.ts'
import { variablesOf } from '../set-variables.ts'

const both = ['install', 'remove', 'purge', 'update', 'upgrade', 'full-upgrade', 'autoremove', 'clean', 'autoclean']

/** Commands meant for people become those meant for scripts. */
export const commands: Repair = {
  id: 'commands',
  title:
    'apt becomes apt-get, sudo is removed where root already runs the command, and a relative WORKDIR becomes absolute',
  answers: ['DL3027', 'DL3004', 'DL3000', 'WorkdirRelativePath'],
  propose(situation) {
    const { file, image } = situation
    const inRuns = (
      code: string,
      find: (script: PlacedScript) => Edit[],
      isMeant?: (one: PlacedInstruction) => boolean,
    ) =>
      lintOf(situation, code).flatMap(({ line }) => {
        const script = runScriptAt(file, line)
        const instruction = instructionAt(file, line)
        return script === undefined || instruction === undefined || isMeant?.(instruction) === false ? [] : find(script)
      })
    // Elsewhere sudo is needed, and where variables are set, it keeps them away.
    const isPlainRoot = (one: PlacedInstruction) => isRootAt(file, one) && !setsVariables(file, one)
    const workdirs = lintOf(situation, 'DL3000', 'WorkdirRelativePath').flatMap(({ line }): Edit[] => {
      const instruction = instructionAt(file, line)
      const last = file.instructions.findLast(({ keyword, stage }) => keyword === 'WORKDIR' && stage === file.target)
      const [written = ''] = instruction?.words ?? []
      const whole = image.configuration?.workingDir ?? ''
      // Only the last one's resolved value is in the image's configuration.
      if (
        instruction?.keyword !== 'WORKDIR' ||
        instruction !== last ||
        !whole.endsWith(`/${written}`) ||
        !isPlainPath(whole)
      )
        return []
      return [{ start: instruction.start + 'WORKDIR '.length, end: instruction.end, text: whole }]
    })
    const proposal = (code: string, what: string, edits: Edit[]): Proposal[] => {
      const once = [...new Map(edits.map((edit) => [edit.start, edit])).values()]
      return once.length === 0 ? [] : [{ repair: `${commands.id} ${code}`, what, equal: true, edits: once }]
    }
    return {
      proposals: [
        ...proposal('DL3027', 'apt-get instead of apt', inRuns('DL3027', aptEdits)),
        ...proposal(
          'DL3004',
          'without sudo',
          inRuns('DL3004', (script) => sudoEdits(file, script), isPlainRoot),
        ),
        ...proposal('DL3000', 'an absolute WORKDIR', workdirs),
      ],
    }
  },
}

function aptEdits(script: PlacedScript): Edit[] {
  return script.commands.flatMap(({ node, words }) => {
    const [program] = wordsOf(node)
    const subcommand = words.slice(1).find((word) => !word.startsWith('-'))
    if (program?.text !== 'apt' || subcommand === undefined || !both.includes(subcommand)) return []
    const end = script.at(program.end - 1) + 1
    return [{ start: end, end, text: '-get' }]
  })
}

/** Whether root is known to run an instruction: what USER says, or a base that is known to have no other. */
function isRootAt(file: DockerfileFile, one: PlacedInstruction): boolean {
  const stages = lineage(file, one.stage)
  const user = file.instructions
    .filter(({ keyword, stage, start }) => keyword === 'USER' && stages.includes(stage) && start < one.start)
    .at(-1)
  return user === undefined
    ? initialDirectory(file, stages.at(-1) ?? one.stage) !== undefined
    : /^(root|0+)(:|$)/.test(user.words[0] ?? '')
}

/** Whether a variable is set before an instruction that is not about languages or prompts. */
function setsVariables(file: DockerfileFile, one: PlacedInstruction): boolean {
  const stages = lineage(file, one.stage)
  return file.instructions
    .filter(({ stage, start }) => stages.includes(stage) && start < one.start)
    .flatMap(variablesOf)
    .some(([name]) => !/^(DEBIAN_FRONTEND|LANG|LC_ALL|TZ)$/.test(name))
}

function sudoEdits({ text }: DockerfileFile, script: PlacedScript): Edit[] {
  return script.commands.flatMap(({ node }) => {
    const [program, next] = wordsOf(node)
    // With options, sudo is more than a prefix.
    if (program?.text !== 'sudo' || next === undefined || /^-|=/.test(next.text)) return []
    const [start, end] = [script.at(program.pos), script.at(next.pos)]
    // A remark may stand on the lines in between.
    const isApart = text.slice(start, end).includes('\n')
    return [{ start, end: isApart ? script.at(program.end - 1) + 1 : end, text: '' }]
  })
}
