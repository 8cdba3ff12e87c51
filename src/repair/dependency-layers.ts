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
  if (first === undefined || isPrepared(file, stage)) return []
  const { run, compiler, compilation } = first
  const { directory } = compilation
  const copies = copiesIn(file, source, own.slice(0, own.indexOf(run)), directory)
  const code = copies.find(({ targets }) => targets.some((path) => compiler.isCode(posix.relative(directory, path))))
  if (code === undefined) return []
  const behind = moved.get(code.one)
  const place = behind ?? code.one
  const from = directoryAt(file, place, initialDirectory(file, stage))
  const manifests = manifestsOf(
    { copied: copies.flatMap(({ copied }) => copied), given: new Map() },
    compiler.manifests.map((name) => posix.join(directory, name)),
    source.paths,
    () => [],
  )
  if (from === undefined || manifests === undefined) return []
  const commands = compiler.commands(compilation, from, posix.dirname(manifests[0]?.from ?? ''), source)
  const flags = run.flags.filter((flag) => flag !== goCacheOption)
  // Whatever else is mounted for the compilation may be what it depends on.
  if (commands === undefined || !flags.every((flag) => /^--mount=type=(secret|ssh)\b/.test(flag))) return []
  const earlier = copies.filter(({ one }) => one !== code.one && one.start < place.start)
  const given = new Set(earlier.flatMap(({ targets }) => targets))
  const missing = manifests.filter(({ to }) => !given.has(to))
  const { newline, escape } = file
  const lines = [
    ...manifestCopies(code.one, missing, from),
    ['RUN', ...flags, commands.join(` ${escape}${newline}    && `)].join(' '),
  ]
  if (behind !== undefined)
    return [{ start: behind.end, end: behind.end, text: lines.map((line) => `${newline}${line}`).join('') }]
  const { start } = blockOf(file, code.one)
  return [{ start, end: start, text: lines.map((line) => `${line}${newline}`).join('') }]
}

/** Whether a stage, or one that it starts from, fetches what it depends on already. */
function isPrepared(file: DockerfileFile, stage: number): boolean {
  const stages = lineage(file, stage)
  return file.instructions.some(
    (one) => stages.includes(one.stage) && one.words.some((word) => word.includes('go mod download')),
  )
}

/** What instructions copy from the source, and where to; a file that is copied to `directory`, where manifests are, is copied into it. */
function copiesIn(
  file: DockerfileFile,
  source: Situation['source'],
  instructions: readonly PlacedInstruction[],
  directory: string,
): Array<{ one: PlacedInstruction; copied: Copied[]; targets: string[] }> {
  return instructions.map((one) => {
    const written = copiedBy(file, one, initialDirectory(file, one.stage), source.paths) ?? []
    const copied = written.map((copy) =>
      copy.target === directory && copy.files[0] === copy.source
        ? { ...copy, target: posix.join(directory, posix.basename(copy.source)) }
        : copy,
    )
    return { one, copied, targets: copied.flatMap(targetsOf) }
  })
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
