import { applyEdits, type DockerfileFile, type Edit, type PlacedInstruction } from './dockerfile-file.ts'
import type { Proposal } from './repair.ts'

/** Instructions after which the files of a stage no longer change. */
const changesFiles = /^(FROM|RUN|COPY|ADD|WORKDIR|SHELL)$/

/**
 * The files of the source that change with the proposals, by path. `imageUser` is the unchanged image's user. Throws a
 * RangeError if two proposals change the same place.
 */
export function assemble(
  file: DockerfileFile,
  proposals: readonly Proposal[],
  imageUser: string,
): Record<string, string> {
  const edits = [...proposals.flatMap((proposal) => proposal.edits ?? []), ...endOfStage(file, proposals, imageUser)]
  const files = Object.assign({}, ...proposals.map((proposal) => proposal.files ?? {})) as Record<string, string>
  return edits.length === 0 ? files : { [file.path]: applyEdits(file.text, edits), ...files }
}

/** Commands that still run as root, the user that follows them, and instructions for the image as a whole. */
function endOfStage(file: DockerfileFile, proposals: readonly Proposal[], imageUser: string): Edit[] {
  const stage = file.instructions.filter((one) => one.stage === file.target)
  const last = stage.findLast(({ keyword }) => changesFiles.test(keyword))
  if (last === undefined) return []
  const users = stage.filter(({ keyword }) => keyword === 'USER')
  const before = users.findLast(({ start }) => start < last.start)
  const behind = users.findLast(({ start }) => start > last.start)
  const asRoot = proposals.flatMap((proposal) => proposal.asRoot ?? [])
  const user = proposals.findLast((proposal) => proposal.user !== undefined)?.user
  const current = before?.words[0] ?? (users.length === 0 ? imageUser : '')
  const isRoot = /^(|root|0+)(:|$)/.test(current)
  const lines = [
    ...(asRoot.length === 0 || isRoot ? [] : ['USER 0']),
    ...(asRoot.length === 0 ? [] : [`RUN ${asRoot.join(` ${file.escape}${file.newline}    && `)}`]),
    ...(behind !== undefined
      ? []
      : user !== undefined
        ? [`USER ${user}`]
        : asRoot.length === 0 || isRoot
          ? []
          : [`USER ${current}`]),
  ]
  const tail = proposals.flatMap((proposal) => proposal.tail ?? [])
  return [
    ...insertion(file, last.end, lines),
    ...insertion(file, behind?.end ?? last.end, tail),
    ...(behind === undefined || user === undefined ? [] : [namedUser(behind, user)]),
  ]
}

function insertion({ newline }: DockerfileFile, at: number, lines: readonly string[]): Edit[] {
  return lines.length === 0 ? [] : [{ start: at, end: at, text: lines.map((line) => `${newline}${line}`).join('') }]
}

function namedUser({ start, end, keyword }: PlacedInstruction, user: string): Edit {
  return { start: start + keyword.length, end, text: ` ${user}` }
}
