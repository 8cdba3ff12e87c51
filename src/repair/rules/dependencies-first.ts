import { posix } from 'node:path'
import type { DockerfileFile, Edit, PlacedInstruction } from '../dockerfile-file.ts'
import { compilesGo, keptCompilation } from '../go-cache.ts'
import { installOf, needsNoCode, type Install } from '../installs.ts'
import { blockOf, copiedBy, directoryAt, wholeLines, type Copied, withVariables } from '../placed-paths.ts'
import type { Proposal, Repair, Situation } from '../repair.ts'
import { scriptOf, wordsOf } from '../script.ts'

const list = '.dockerignore'

/** Where the official image of Go works; others work at the root. */
const directories: Readonly<Record<string, string>> = { golang: '/go' }

/** An instruction that copies the code, those behind it that need only its manifests, and what they install. */
interface Order {
  copy: PlacedInstruction
  copied: Copied
  installs: readonly Install[]
  /** The last of them. */
  last: PlacedInstruction | undefined
  /** Whether a WORKDIR is among them. */
  moves: boolean
  /** Whether they install packages, or remove what installed them. */
  isWorth: boolean
}

/** What changes seldom comes first: a change of the code then installs nothing again. */
export const dependenciesFirst: Repair = {
  id: 'dependencies-first',
  turn: 'order',
  title:
    'Manifests are copied and packages installed before the code is copied, what Go has compiled is kept for the next build, and package lists are fetched in the RUN that needs them',
  answers: [],
  propose(situation) {
    const { file, source } = situation
    const hasOwnList = source.paths.has(`${file.path}${list}`)
    const orders = ordersOf(situation).filter(
      ({ installs }) => !(hasOwnList && installs.some(({ beside }) => beside !== undefined)),
    )
    const edits = [
      ...orders.flatMap((order) => reordered(situation, order)),
      ...joinedRuns(file),
      ...keptCompilation(file, (stage) => !file.shipped.includes(stage)),
    ]
    const ignored = orders.some(({ installs }) => installs.some(({ beside }) => beside !== undefined))
    const files = ignored ? withoutPackages(source.texts.get(list)) : {}
    const proposal: Proposal = {
      repair: dependenciesFirst.id,
      what: 'installs before it copies the code',
      equal: false,
      edits,
      ...(Object.keys(files).length === 0 ? {} : { files }),
    }
    return edits.length === 0 ? {} : { proposals: [proposal] }
  },
}

function initialOf({ images }: DockerfileFile, stage: number): string {
  const written = images.find((one) => one.stage === stage && one.kind === 'from')?.written ?? ''
  return directories[/(?:^|\/)([a-z]+)(?::|$)/.exec(written)?.[1] ?? ''] ?? '/'
}

function ordersOf({ file, source }: Situation): Order[] {
  if (!needsNoCode(source)) return []
  const stages = [...new Set(file.instructions.map(({ stage }) => stage))].filter((stage) => stage >= 0)
  return stages.flatMap((stage) => {
    const own = file.instructions.filter((one) => one.stage === stage)
    const orders = own.flatMap((copy, index): Order[] => {
      const [copied, another] =
        copiedBy(withVariables(file, copy), directoryAt(file, copy, initialOf(file, stage)), source.paths) ?? []
      if (copied === undefined || another !== undefined || copied.files.length < 2) return []
      const found = behind(file, own.slice(index + 1), initialOf(file, stage))
      return [{ copy, copied, ...found }]
    })
    // Those of an earlier one would read what a later one copies.
    return orders.slice(0, 1)
  })
}

/** The instructions behind a COPY that need at most manifests, up to the first that needs more. */
function behind(
  file: DockerfileFile,
  others: readonly PlacedInstruction[],
  initial: string,
): Omit<Order, 'copy' | 'copied'> {
  const installs: Install[] = []
  let last: PlacedInstruction | undefined
  let moves = false
  let movesBefore = false
  let isWorth = false
  for (const one of others) {
    if (/^(WORKDIR|ENV|ARG|LABEL|EXPOSE|USER|STOPSIGNAL)$/.test(one.keyword)) {
      movesBefore ||= one.keyword === 'WORKDIR'
      continue
    }
    const isPlain = one.flags.every((flag) => /^--mount=type=(cache|secret)\b/.test(flag))
    const script = one.keyword === 'RUN' && isPlain ? scriptOf(file, one) : undefined
    const install = script === undefined ? undefined : installOf(script, directoryAt(file, one, initial))
    if (install === undefined) break
    installs.push(install)
    last = one
    moves = movesBefore
    isWorth ||= /\b(install|add|i)\b|site-packages\/pip/.test(script?.text ?? '')
  }
  return { installs, last, moves, isWorth }
}

function reordered(situation: Situation, order: Order): Edit[] {
  const { file, source } = situation
  const { copy, copied, installs, last, moves, isWorth } = order
  const manifests = manifestsOf(
    copied,
    installs.flatMap(({ reads }) => reads),
    source.paths,
  )
  const readsNothing = installs.every(({ reads }) => reads.length === 0)
  const downloads = readsNothing ? downloadFirst(situation, order) : []
  if (downloads.length > 0 || last === undefined || manifests === undefined) return downloads
  if (manifests.length === 0 && !(readsNothing && isWorth)) return []
  const block = blockOf(file, copy)
  const text = moves ? withTarget(file, copy, copied) : file.text.slice(block.start, block.end)
  if (text === undefined) return []
  const directory = directoryAt(file, copy, initialOf(file, copy.stage))
  return [
    {
      ...wholeLines(file, block),
      text: copiesOf(copy, manifests, copied, directory)
        .map((line) => `${line}${file.newline}`)
        .join(''),
    },
    { start: last.end, end: last.end, text: `${file.newline}${text}` },
  ]
}

/** The files of the source that installs read; undefined if one is not among those that are copied. */
function manifestsOf(
  { source, target }: Copied,
  reads: readonly string[],
  paths: ReadonlySet<string>,
): string[] | undefined {
  const found = reads.map((path) => {
    const optional = path.endsWith('?')
    const inside = posix.relative(target, optional ? path.slice(0, -1) : path)
    const own = source === '' ? inside : posix.join(source, inside)
    return inside.startsWith('..') || !paths.has(own) ? (optional ? '' : undefined) : own
  })
  return found.includes(undefined)
    ? undefined
    : ([...new Set(found.filter((path) => path !== undefined && path !== ''))] as string[])
}

/** COPY instructions for manifests, one for each directory of them. */
function copiesOf(
  { flags }: PlacedInstruction,
  manifests: readonly string[],
  { source, target }: Copied,
  directory: string | undefined,
): string[] {
  const folders = [...new Set(manifests.map((path) => posix.dirname(path)))]
  return folders.map((folder) => {
    const into = posix.join(target, posix.relative(source, folder))
    const place = into === directory ? './' : `${into === '/' ? '' : into}/`
    return ['COPY', ...flags, ...manifests.filter((path) => posix.dirname(path) === folder), place].join(' ')
  })
}

/** A COPY with its target spelled out, because the directory changes before the place that it moves to. */
function withTarget(
  { text, ...file }: DockerfileFile,
  copy: PlacedInstruction,
  { target }: Copied,
): string | undefined {
  const written = copy.words.at(-1) ?? ''
  const line = text.slice(copy.start, copy.end)
  const { start } = blockOf({ text, ...file }, copy)
  if (written.startsWith('/')) return text.slice(start, copy.end)
  return copy.json || copy.line !== copy.lastLine || !line.trimEnd().endsWith(` ${written}`)
    ? undefined
    : `${text.slice(start, copy.start)}${line.trimEnd().slice(0, -written.length)}${target === '/' ? target : `${target}/`}`
}

/** Go downloads what it needs when it compiles: that can be done beforehand, from the manifest alone. */
function downloadFirst({ file, source }: Situation, { copy, copied }: Order): Edit[] {
  const behindIt = file.instructions.filter(({ stage, start }) => stage === copy.stage && start > copy.start)
  const build = behindIt.find((one) => compilesGo(file, one))
  const initial = initialOf(file, copy.stage)
  const directory = build === undefined ? undefined : directoryAt(file, build, initial)
  const before = file.instructions.filter(({ stage, start }) => stage === copy.stage && start < copy.start)
  const isDone = before.some(({ words }) => words.some((word) => word.includes('go mod download')))
  const manifests =
    directory === undefined
      ? undefined
      : manifestsOf(
          copied,
          ['go.mod', 'go.sum?'].map((name) => posix.join(directory, name)),
          source.paths,
        )
  const requires = /^\s*require\b/m.test(source.texts.get('go.mod') ?? '')
  const root = copied.source === '' ? 'vendor/modules.txt' : `${copied.source}/vendor/modules.txt`
  if (isDone || manifests === undefined || manifests.length === 0 || !requires || source.paths.has(root)) return []
  const block = blockOf(file, copy)
  const here = directoryAt(file, copy, initial)
  const download = here === directory ? 'go mod download' : `go mod download -C ${directory}`
  const lines = [...copiesOf(copy, manifests, copied, here), `RUN ${download}`]
  return [{ start: block.start, end: block.start, text: lines.map((line) => `${line}${file.newline}`).join('') }]
}

/** Consecutive RUNs of a distribution's package manager become one: a list that an old layer has names packages that are gone. */
function joinedRuns(file: DockerfileFile): Edit[] {
  return file.instructions.flatMap((second, index, all): Edit[] => {
    const first = all[index - 1]
    if (first === undefined || first.stage !== second.stage || !isPackages(file, first) || !isPackages(file, second))
      return []
    const script = scriptOf(file, second)
    const [command] = script?.chain ?? []
    const word = command === undefined ? undefined : (command.node.prefix[0] ?? wordsOf(command.node)[0])
    if (script === undefined || word === undefined || file.text.slice(first.end, second.start).trim() !== '') return []
    return [{ start: first.end, end: script.at(word.pos), text: ` ${file.escape}${file.newline}    && ` }]
  })
}

function isPackages(file: DockerfileFile, instruction: PlacedInstruction): boolean {
  const chain =
    instruction.keyword === 'RUN' && instruction.flags.length === 0 ? scriptOf(file, instruction)?.chain : undefined
  return chain !== undefined && chain.every(({ words: [program = ''] }) => /^(apt-get|apt|apk|yum|dnf)$/.test(program))
}

/** The list of what the build does not see, with the directory of packages: copied over those that were installed, they could be for another system. */
function withoutPackages(text: string | undefined): Record<string, string> {
  if (text === undefined) return { [list]: '**/node_modules\n' }
  const has = text.split('\n').some((line) => /^(\*\*\/|\/)?node_modules\/?$/.test(line.trim()))
  return has ? {} : { [list]: `${text.replace(/\n?$/, '\n')}**/node_modules\n` }
}
