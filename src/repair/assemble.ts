import { touching } from './apart.ts'
import { applyEdits, type DockerfileFile, type Edit, type PlacedInstruction } from './dockerfile-file.ts'
import { absolute, directoryAt, initialDirectory, withVariables } from './placed-paths.ts'
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
  const files: Record<string, string> = {}
  for (const [path, text] of proposals.flatMap((proposal) => Object.entries(proposal.files ?? {})))
    files[path] = path.endsWith('.dockerignore') ? withLinesOf(files[path] ?? '', text) : text
  return edits.length === 0 ? files : { [file.path]: applyEdits(file.text, edits), ...files }
}

/** Two repairs may add to the same list. */
function withLinesOf(text: string, other: string): string {
  const lines = new Set(text.split('\n'))
  return (
    text +
    (text === ''
      ? other
      : other
          .split('\n')
          .flatMap((line) => (lines.has(line) ? [] : [`${line}\n`]))
          .join(''))
  )
}

/** Commands that still run as root, the user that follows them, and instructions for the image as a whole. */
function endOfStage(file: DockerfileFile, proposals: readonly Proposal[], imageUser: string): Edit[] {
  const stage = file.instructions.filter((one) => one.stage === file.target)
  const last = stage.findLast(({ keyword }) => changesFiles.test(keyword))
  if (last === undefined) return []
  const users = stage.filter(({ keyword }) => keyword === 'USER')
  const behind = users.findLast(({ start }) => start > last.start)
  const [early, asRoot] = placed(
    file,
    stage,
    proposals.flatMap((proposal) => proposal.asRoot ?? []),
    (at) => userAt(users, at, imageUser),
  )
  const user = proposals.findLast((proposal) => proposal.user !== undefined)?.user
  const current = userAt(users, last, imageUser)
  const isRoot = rootUser.test(current)
  const lines = [
    ...(asRoot.length === 0 || isRoot ? [] : ['USER 0']),
    ...runOf(file, asRoot),
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
    ...insertion(file, early.at, runOf(file, early.commands)),
    ...insertion(file, last.end, lines),
    ...insertion(file, behind?.end ?? last.end, tail),
    ...(behind === undefined || user === undefined ? [] : [namedUser(behind, user)]),
  ]
}

const rootUser = /^(|root|0+)(:|$)/

/** Who runs an instruction; the base of a stage that changes it is taken to run as root. */
function userAt(users: readonly PlacedInstruction[], { start }: PlacedInstruction, imageUser: string): string {
  return users.findLast((one) => one.start < start)?.words[0] ?? (users.length === 0 ? imageUser : '')
}

function runOf({ escape, newline }: DockerfileFile, commands: readonly string[]): string[] {
  return commands.length === 0 ? [] : [`RUN ${commands.join(` ${escape}${newline}    && `)}`]
}

/**
 * The commands that can run before the last files are copied, so that a change of these does not run them again, with
 * the place behind the last RUN; and those that have to wait, because they are about what is copied, or because it is
 * not root who runs there.
 */
function placed(
  file: DockerfileFile,
  stage: readonly PlacedInstruction[],
  commands: readonly string[],
  userOf: (instruction: PlacedInstruction) => string,
): [early: { at: number; commands: string[] }, late: string[]] {
  const last = stage.findLast(({ keyword }) => /^(FROM|RUN)$/.test(keyword))
  const behind = stage.filter(({ keyword, start }) => /^(COPY|ADD)$/.test(keyword) && start > (last?.start ?? 0))
  const initial = initialDirectory(file, file.target)
  const targets = behind.map((one) =>
    absolute(directoryAt(file, one, initial), withVariables(file, one).words.at(-1) ?? ''),
  )
  const known = targets.filter((target) => target !== undefined)
  if (last === undefined || behind.length === 0 || known.length < targets.length || !rootUser.test(userOf(last)))
    return [{ at: 0, commands: [] }, [...commands]]
  const touches = touching(known)
  const isLate = (command: string) => pathsOf(command).some(touches)
  return [{ at: last.end, commands: commands.filter((command) => !isLate(command)) }, commands.filter(isLate)]
}

/** The paths in a command of a repair, up to the first pattern in each. */
function pathsOf(command: string): string[] {
  return [...command.matchAll(/(?<=\s)\/\S+/g)].map(([path]) => {
    const pattern = path.search(/[*?[]/)
    return pattern < 0 ? path : path.slice(0, path.lastIndexOf('/', pattern)) || '/'
  })
}

function insertion({ newline }: DockerfileFile, at: number, lines: readonly string[]): Edit[] {
  return lines.length === 0 ? [] : [{ start: at, end: at, text: lines.map((line) => `${newline}${line}`).join('') }]
}

function namedUser({ start, end, keyword }: PlacedInstruction, user: string): Edit {
  return { start: start + keyword.length, end, text: ` ${user}` }
}
