import { posix } from 'node:path'
import { areCode, areConfigured, hasVariables, targetsOf, touching } from '../apart.ts'
import { dependencyLayer } from '../dependency-layers.ts'
import type { DockerfileFile, Edit, PlacedInstruction } from '../dockerfile-file.ts'
import { keptCompilation } from '../go-cache.ts'
import { ignoreList, isPlainLine, withLines } from '../ignore-list.ts'
import { installOf, type Install } from '../installs.ts'
import { manifestCopies, manifestsOf, sourceOf } from '../manifest-copies.ts'
import { furtherFiles } from '../manifest-needs.ts'
import { withTarget } from '../moved-copy.ts'
import { blockOf, copiedBy, directoryAt, initialDirectory, wholeLines, type Copied } from '../placed-paths.ts'
import type { Proposal, Repair, Situation } from '../repair.ts'
import { scriptOf, wordsOf } from '../script.ts'

/** An instruction that copies the code, those behind it that need only its manifests, and what they install. */
interface Order {
  copy: PlacedInstruction
  copied: readonly Copied[]
  installs: readonly Install[]
  /** The files of the source that others copy in between, by their paths in the image. */
  given: ReadonlyMap<string, string>
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
    'Manifests are copied and packages installed before the code is copied, what a Go, Java or Rust application depends on is fetched or compiled before it, what Go has compiled is kept for the next build, and package lists are fetched in the RUN that needs them',
  answers: [],
  propose(situation) {
    const { file, source } = situation
    const hasOwnList = source.paths.has(`${file.path}${ignoreList}`)
    const orders = ordersOf(situation).filter(
      ({ packages }) => packages.length === 0 || (!hasOwnList && packages.every(isPlainLine)),
    )
    const moved = new Map(orders.flatMap(({ copy, last }) => (last === undefined ? [] : [[copy, last] as const])))
    // Before what is moved to the same place.
    const layers = stagesOf(situation).flatMap((stage) => dependencyLayer(situation, stage, moved))
    const others = [
      ...orders.flatMap((order) => order.edits),
      ...joinedRuns(file),
      ...keptCompilation(file, (stage) => !file.shipped.includes(stage)),
    ]
    const ignored = [...new Set(orders.flatMap(({ packages }) => packages))]
    const files = withoutPackages(source.texts.get(ignoreList), ignored)
    const proposal: Proposal = {
      repair: dependenciesFirst.id,
      what:
        ignored.length === 0
          ? 'installs before it copies the code'
          : `installs before it copies the code, which comes without ${ignored.join(', ')} of the source`,
      equal: false,
      edits: others,
      ...(Object.keys(files).length === 0 ? {} : { files }),
    }
    const otherwise = others.length === 0 ? {} : { otherwise: proposal }
    if (layers.length === 0) return others.length === 0 ? {} : { proposals: [proposal] }
    return { proposals: [{ ...proposal, edits: [...layers, ...others], ...otherwise }] }
  },
}

/** The best order of each stage: an install that reads manifests from what is copied, or else one that reads nothing of it. */
function ordersOf(situation: Situation): Array<Order & { edits: readonly Edit[]; packages: readonly string[] }> {
  const { file, source } = situation
  return stagesOf(situation).flatMap((stage) => {
    const initial = initialDirectory(file, stage)
    const own = file.instructions.filter((one) => one.stage === stage)
    const copies = new Map(own.map((one) => [one, copiedBy(file, one, initial, source.paths)]))
    const orders = own.flatMap((copy, index) => {
      const copied = copies.get(copy) ?? []
      const targets = new Set(copied.flatMap(targetsOf))
      const touches = touching(targets)
      if (targets.size === 0 || areConfigured(file, stage, touches)) return []
      const order = { copy, copied, ...behind({ file, copy, initial, touches, copies }, own.slice(index + 1)) }
      const edits = reordered(situation, order, targets)
      return edits.length === 0 ? [] : [{ ...order, edits, packages: packagesIn(order) }]
    })
    // Those of an earlier one would read what a later one copies.
    const best = orders.find(({ edits }) => readsManifests(edits)) ?? orders[0]
    return best === undefined ? [] : [best]
  })
}

function stagesOf({ file }: Situation): number[] {
  return [...new Set(file.instructions.map(({ stage }) => stage))].filter((stage) => stage >= 0)
}

/** Whether the edits bring manifests, and do not only move a COPY. */
function readsManifests([first]: readonly Edit[]): boolean {
  return first?.text !== ''
}

/** A COPY, and how to tell what it and others bring. */
interface Copying {
  file: DockerfileFile
  copy: PlacedInstruction
  initial: string | undefined
  touches(path: string): boolean
  copies: ReadonlyMap<PlacedInstruction, readonly Copied[] | undefined>
}

/** The instructions behind a COPY that it can follow as well: they need at most manifests, and change nothing of it. */
function behind(
  { file, copy, initial, touches, copies }: Copying,
  others: readonly PlacedInstruction[],
): Omit<Order, 'copy' | 'copied'> {
  const given = new Map<string, string>()
  const installs: Install[] = []
  let last: PlacedInstruction | undefined
  let moves = false
  let movesBefore = false
  let isWorth = false
  for (const one of others) {
    if (/^(ENV|ARG)$/.test(one.keyword) && hasVariables(copy)) break
    if (/^(WORKDIR|ENV|ARG|LABEL|EXPOSE|USER|STOPSIGNAL)$/.test(one.keyword)) {
      movesBefore ||= one.keyword === 'WORKDIR'
      continue
    }
    const placed = one.keyword === 'COPY' ? copies.get(one) : undefined
    if (placed !== undefined && !placed.flatMap(targetsOf).some(touches)) {
      placed.forEach((copied) => targetsOf(copied).forEach((to, index) => given.set(to, copied.files[index] ?? '')))
      continue
    }
    const isPlain = one.flags.every((flag) => /^--mount=type=(cache|secret)\b/.test(flag))
    const script = one.keyword === 'RUN' && isPlain ? scriptOf(file, one) : undefined
    const install = script === undefined ? undefined : installOf(script, directoryAt(file, one, initial))
    if (install === undefined || install.names.some(touches)) break
    if (install.prunes === true && !installs.some(({ beside }) => beside === install.beside)) break
    installs.push(install)
    last = one
    moves = movesBefore
    isWorth ||= /\b(install|add|i)\b|site-packages\/pip/.test(script?.text ?? '')
  }
  return { installs, given, last, moves, isWorth }
}

function reordered({ file, source }: Situation, order: Order, targets: ReadonlySet<string>): Edit[] {
  const { copy, copied, given, installs, last, moves, isWorth } = order
  const reads = installs.flatMap((install) => install.reads)
  const manifests = manifestsOf({ copied, given }, reads, source.paths, (path) => furtherFiles(source, path))
  if (last === undefined || manifests === undefined) return []
  const initial = initialDirectory(file, copy.stage)
  const mayMove = manifests.length > 0 || (isWorth && areCode(targets, directoryAt(file, last, initial)))
  if (!mayMove || targets.size === manifests.length) return []
  const block = blockOf(file, copy)
  const directory = directoryAt(file, copy, initial)
  const text = moves ? withTarget(file, copy, copied, directory) : file.text.slice(block.start, block.end)
  if (text === undefined) return []
  return [
    {
      ...wholeLines(file, block),
      text: manifestCopies(copy, manifests, directory)
        .map((line) => `${line}${file.newline}`)
        .join(''),
    },
    { start: last.end, end: last.end, text: `${file.newline}${text}` },
  ]
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
    // A remark behind the first would take the second with it, and one within the second would be lost.
    const begin = script.at(word.pos)
    if (
      file.text.slice(scriptOf(file, first)?.end, first.end).trim() !== '' ||
      file.text.slice(second.start, begin).includes('#')
    )
      return []
    return [{ start: first.end, end: begin, text: ` ${file.escape}${file.newline}    && ` }]
  })
}

function isPackages(file: DockerfileFile, instruction: PlacedInstruction): boolean {
  const chain =
    instruction.keyword === 'RUN' && instruction.flags.length === 0 ? scriptOf(file, instruction)?.chain : undefined
  return chain !== undefined && chain.every(({ words: [program = ''] }) => /^(apt-get|apt|apk|yum|dnf)$/.test(program))
}

/** The directories of the source that would be copied over packages that were installed before. */
function packagesIn({ installs, copied }: Order): string[] {
  const places = installs.flatMap(({ beside, reads }) =>
    beside === undefined
      ? []
      : reads.flatMap((path) =>
          posix.basename(path) === 'package.json' ? [posix.join(posix.dirname(path), beside)] : [],
        ),
  )
  return copied.flatMap((copy) => places.flatMap((place) => sourceOf(copy, place) ?? []))
}

/** The list of what the build does not see, with directories of packages: copied over those that were installed, they could be for another system. */
function withoutPackages(text: string | undefined, packages: readonly string[]): Record<string, string> {
  const lines = new Set((text ?? '').split('\n').map((line) => line.trim().replaceAll(/^\/|\/$/g, '')))
  const added = packages.filter((path) => !lines.has(path) && !lines.has(`**/${posix.basename(path)}`))
  return added.length === 0 ? {} : { [ignoreList]: withLines(text, added) }
}
