import { posix } from 'node:path'
import { lineage, targetsOf } from './apart.ts'
import { compilers, type Compilation, type Compiler } from './compilers.ts'
import type { DockerfileFile, Edit, PlacedInstruction } from './dockerfile-file.ts'
import { goCacheOption } from './go-cache.ts'
import { manifestCopies, manifestsOf } from './manifest-copies.ts'
import { blockOf, copiedBy, directoryAt, initialDirectory, type Copied } from './placed-paths.ts'
import type { Situation } from './repair.ts'
import { scriptOf } from './script.ts'

/**
 * Instructions that prepare the first compilation of a stage, before the code is copied: a change of the code leaves alone
 * what they make. `moved` has the COPYs that follow another instruction now. None if it is prepared already, or if what it
 * needs is unknown.
 */
export function dependencyLayer(
  { file, source }: Pick<Situation, 'file' | 'source'>,
  stage: number,
  moved: ReadonlyMap<PlacedInstruction, PlacedInstruction>,
): Edit[] {
  const own = file.instructions.filter((one) => one.stage === stage)
  const first = firstCompilation(file, own)
  const stages = lineage(file, stage)
  const isDone = file.instructions.some(
    (one) => stages.includes(one.stage) && one.words.some((word) => word.includes('go mod download')),
  )
  if (first === undefined || isDone) return []
  const { run, compiler, compilation } = first
  const { directory } = compilation
  const initial = initialDirectory(file, stage)
  const copies = own.slice(0, own.indexOf(run)).map((one) => {
    const written = copiedBy(file, one, initial, source.paths) ?? []
    // A file that is copied to where the manifests are is copied into that directory.
    const copied = written.map((copy) =>
      copy.target === directory && copy.files[0] === copy.source ? into(copy) : copy,
    )
    return { one, copied, targets: copied.flatMap(targetsOf) }
  })
  const isCode = (path: string) => compiler.isCode(posix.relative(directory, path))
  const copy = copies.find(({ targets }) => targets.some(isCode))?.one
  const behind = copy === undefined ? undefined : moved.get(copy)
  const place = behind ?? copy
  const from = place === undefined ? undefined : directoryAt(file, place, initial)
  const manifests = manifestsOf(
    { copied: copies.flatMap(({ copied }) => copied), given: new Map() },
    compiler.manifests.map((name) => posix.join(directory, name)),
    source.paths,
    () => [],
  )
  const root = posix.dirname(manifests?.[0]?.from ?? '')
  if (copy === undefined || place === undefined || from === undefined || manifests === undefined) return []
  const commands = compiler.commands(compilation, from, root, source)
  const flags = run.flags.filter((flag) => flag !== goCacheOption)
  // Whatever else is mounted for the compilation may be what it depends on.
  if (commands === undefined || !flags.every((flag) => /^--mount=type=(secret|ssh)\b/.test(flag))) return []
  const given = new Set(copies.flatMap(({ one, targets }) => (one !== copy && one.start < place.start ? targets : [])))
  const missing = manifests.filter(({ to }) => !given.has(to))
  const { newline, escape } = file
  const lines = [
    ...manifestCopies(copy, missing, from),
    ['RUN', ...flags, commands.join(` ${escape}${newline}    && `)].join(' '),
  ]
  if (behind !== undefined)
    return [{ start: behind.end, end: behind.end, text: lines.map((line) => `${newline}${line}`).join('') }]
  const { start } = blockOf(file, copy)
  return [{ start, end: start, text: lines.map((line) => `${line}${newline}`).join('') }]
}

function into({ source, files, target }: Copied): Copied {
  return { source, files, target: posix.join(target, posix.basename(source)) }
}

/** The first RUN of a stage that compiles. */
function firstCompilation(
  file: DockerfileFile,
  own: readonly PlacedInstruction[],
): { run: PlacedInstruction; compiler: Compiler; compilation: Compilation } | undefined {
  for (const run of own.filter(({ keyword }) => keyword === 'RUN')) {
    const here = directoryAt(file, run, initialDirectory(file, run.stage))
    const script = here === undefined ? undefined : scriptOf(file, run)
    const [found] = (script?.commands ?? []).flatMap(({ node, words }) =>
      compilers.flatMap((compiler) => {
        const compiled = compiler.compiles(words, here ?? '/')
        const assigned = script?.text.slice(node.pos, node.name?.pos) ?? ''
        return compiled === undefined ? [] : [{ run, compiler, compilation: { ...compiled, assigned } }]
      }),
    )
    if (found !== undefined) return found
  }
  return undefined
}
