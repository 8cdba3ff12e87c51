import { forEachChild, type SyntaxNode } from 'unbash'
import { lineage } from '../apart.ts'
import { instructionAt, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { blockOf } from '../placed-paths.ts'
import { lintOf, type Repair } from '../repair.ts'
import { readShellText, scriptOf } from '../script.ts'
import { isStartedFrom } from '../shipped-stage.ts'

/** A pipe fails if any of its programs does. */
export const pipefail: Repair = {
  id: 'pipefail',
  title:
    'RUN with a pipe gets a shell that fails if any part of the pipe fails, and what follows gets its own shell back',
  answers: ['DL4006'],
  propose(situation) {
    const { file } = situation
    const said = lintOf(situation, 'DL4006').flatMap(({ line }) => instructionAt(file, line) ?? [])
    const meant = new Set(said.filter((one) => meansTheSame(file, one)))
    const edits = [...new Set([...meant].map(({ stage }) => stage))].flatMap((stage) => shells(file, stage, meant))
    const remains =
      meant.size === new Set(said).size
        ? {}
        : {
            remains: [
              {
                rule: 'lint-level' as const,
                text: 'DL4006: a RUN does something else if its pipe fails, or if another shell runs it (escapes of echo, braces, conditions). Write `set -o pipefail` where its shell has that, or write to a file and read that.',
              },
            ],
          }
    // The commands stay the same; a build that succeeded only because a failure was hidden now fails.
    return {
      proposals: edits.length === 0 ? [] : [{ repair: pipefail.id, what: 'SHELL with pipefail', equal: true, edits }],
      ...remains,
    }
  },
}

/** The SHELLs around the RUNs of a stage that are meant: one for those between which nothing else needs a shell. */
function shells(file: DockerfileFile, stage: number, meant: ReadonlySet<PlacedInstruction>): Edit[] {
  const own = file.instructions.filter((one) => one.stage === stage)
  const insert = (at: PlacedInstruction, text: string): Edit => {
    const { start } = blockOf(file, at)
    return { start, end: start, text: `SHELL ${text}${file.newline}` }
  }
  const edits: Edit[] = []
  let isOther = false
  for (const [index, one] of own.entries()) {
    if (meant.has(one)) {
      if (!isOther) edits.push(insert(one, shellOf(file, stage)))
      isOther = true
    } else if (isOther && (one.keyword === 'SHELL' || inShell(one))) {
      if (one.keyword !== 'SHELL') edits.push(insert(one, before(own.slice(0, index), file, stage)))
      isOther = false
    }
  }
  const last = own.at(-1)
  if (!isOther || last === undefined || !isStartedFrom(file, stage)) return edits
  return [...edits, { start: last.end, end: last.end, text: `${file.newline}SHELL ${before(own, file, stage)}` }]
}

/** Whether the shell of its stage runs an instruction, or what starts with the image. */
function inShell({ keyword, json, words }: PlacedInstruction): boolean {
  return (
    (/^(RUN|CMD|ENTRYPOINT)$/.test(keyword) && !json) ||
    keyword === 'ONBUILD' ||
    (keyword === 'HEALTHCHECK' && words[0] !== 'NONE' && !json)
  )
}

/** The shell that a stage had: that of a SHELL before, or the one of every image. */
function before(own: readonly PlacedInstruction[], file: DockerfileFile, stage: number): string {
  const [, ...bases] = lineage(file, stage)
  const above = bases.flatMap((base) => file.instructions.filter((one) => one.stage === base).toReversed())
  const written = [...own.toReversed(), ...above].find(({ keyword }) => keyword === 'SHELL')
  return written === undefined
    ? '["/bin/sh", "-c"]'
    : file.text.slice(written.start + written.keyword.length, written.end).trim()
}

/** What bash does otherwise than another shell: escapes of echo, braces, words in brackets, and variables of its own. */
const ofBash =
  /\becho\b(?:(?!\becho\b)[^|;&])*\\|\{(?:[^{}\s"',.]|\.(?!\.))*(,|\.\.)[^{}\s"']*\}|\$["']|&>|\|&|<\(|>\(|<<<|\[\[|\bprintf\b(?:(?!\bprintf\b)[^|;&])*(\\x|\\u|%q)|\$\{?(RANDOM|UID|EUID|GROUPS|HOSTNAME|SECONDS|LINENO|OSTYPE|HOSTTYPE|MACHTYPE|SHLVL|BASH\w*)\b|(\[|\btest)\s(?:(?!\[\s|\btest\s)[^\]|;&])*==|\b(source|local|function|let|declare|typeset|trap|read|time|shopt|hash|type|kill|ulimit)\b/

/**
 * Whether a RUN does the same with another shell, unless one of its programs fails: it is a sequence, in which the result of
 * a pipe decides only whether it goes on.
 */
function meansTheSame(file: DockerfileFile, instruction: PlacedInstruction): boolean {
  const script = instruction.keyword === 'RUN' ? scriptOf(file, instruction) : undefined
  const read = script === undefined ? undefined : readShellText(script.text)
  return script !== undefined && read !== undefined && !ofBash.test(script.text) && isSequence(read.tree)
}

/** Whether nothing in a script depends on a failure. */
function isSequence(node: SyntaxNode): boolean {
  const decides =
    /^(If|While|Until|Case|Select|Function|Negation|Coproc)$/.test(node.type) ||
    (node.type === 'AndOr' && node.operators.some((one) => one !== '&&')) ||
    (node.type === 'Pipeline' && node.prefixes.length > 0)
  if (decides) return false
  let isOne = true
  forEachChild(node, (child) => {
    isOne &&= isSequence(child)
  })
  return isOne
}

/** Alpine has no bash, and Debian's sh has no pipefail. */
function shellOf(file: DockerfileFile, stage: number): string {
  const first = lineage(file, stage).at(-1)
  const base = file.images.find((image) => image.kind === 'from' && image.stage === first)?.reference ?? ''
  return /alpine|busybox/.test(base) ? '["/bin/ash", "-o", "pipefail", "-c"]' : '["/bin/bash", "-o", "pipefail", "-c"]'
}
