import type { Digest, Instruction, LayerOrigin, Lineage, Platform } from '../../model/index.ts'
import type { DockerfileReading } from './output.ts'

/** A layer of the built image, with its history entry. */
export interface BuiltLayer {
  diffId: Digest
  createdBy: string
}

/** A Dockerfile instruction with details that only the matching needs: its text may contain a secret, so it is not part of the evidence. */
interface Step extends Instruction {
  /** Its flags and arguments, on one line. */
  flags: string[]
  words: string[]
  command: string
  hasHeredoc: boolean
}

/**
 * How an image was built: its layers with their origin, and the Dockerfile's instructions without values.
 *
 * The engine builds a Dockerfile with its own calls, which its history names: the command of a RUN, the path of a
 * WORKDIR, but nothing about a COPY except that it was one. ENV, ARG, LABEL and USER leave no trace. So the layers
 * above the base and the instructions that make layers are matched in order, in every possible way; a layer has a line
 * only if all these matches agree.
 */
export function readLineage(
  dockerfile: { reading: DockerfileReading; platform: Platform },
  layers: readonly BuiltLayer[],
  base: readonly Digest[] | undefined,
): Lineage {
  const steps = readSteps(dockerfile)
  const above =
    base === undefined || base.some((diffId, index) => layers[index]?.diffId !== diffId)
      ? undefined
      : layers.slice(base.length)
  const makers =
    above === undefined
      ? []
      : agreedMakers(
          steps.filter(({ shipped }) => shipped),
          above,
        )
  return {
    ...(base === undefined ? {} : { base: [...base] }),
    layers: layers.map(({ diffId, createdBy }, index): LayerOrigin => {
      const maker = above === undefined ? undefined : makers[index - (layers.length - above.length)]
      if (maker === undefined) return { diffId, instruction: tellHistory(createdBy) }
      const copiedFrom = sourceStage(maker, steps)
      return {
        diffId,
        instruction: tellMaker(maker, createdBy),
        line: maker.line,
        ...(copiedFrom === undefined ? {} : { copiedFrom }),
      }
    }),
    instructions: steps.map(({ keyword, line, lastLine, stage, shipped, names }) => ({
      keyword,
      line,
      lastLine,
      stage,
      shipped,
      names,
    })),
  }
}

function readSteps({ reading, platform }: { reading: DockerfileReading; platform: Platform }): Step[] {
  const shipped = new Set(reading.platforms.find((one) => one.platform === platform)?.shipped)
  return reading.instructions.flatMap(({ stage, flags, words, json, heredocs, ...instruction }): Step[] => {
    const name = reading.stages[stage]?.name
    // An ARG before the first FROM belongs to no stage.
    if (name === undefined) return []
    const { keyword, line, lastLine, names } = instruction
    return [
      {
        keyword,
        line,
        lastLine,
        stage: name,
        shipped: shipped.has(stage),
        names,
        flags,
        words: json ? words : words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== ''),
        command: words.join('').replaceAll(/\s+/g, ''),
        hasHeredoc: heredocs > 0,
      },
    ]
  })
}

/** What a layer is, according to the engine's history. */
type Trace =
  | { kind: 'run'; command: string }
  | { kind: 'copy' }
  | { kind: 'merge' }
  | { kind: 'directory'; path: string }
  | { kind: 'owner'; path: string }
  | { kind: 'lost' }
  | { kind: 'other' }

/**
 * The engine's descriptions of its calls (Dagger 0.21, core/directory.go and core/container_exec.go).
 * For a layer cached from before a restart, it has lost the origin, and uses the same description for all of these.
 */
function traceOf(createdBy: string): Trace {
  if (createdBy === 'rehydrated persisted snapshot') return { kind: 'lost' }
  const run = /^mount \/ from exec (.*)$/s.exec(createdBy)?.[1]
  if (run !== undefined) return { kind: 'run', command: run }
  if (createdBy === 'Directory.withDirectoryDockerfileCompat') return { kind: 'copy' }
  if (createdBy === 'Directory.withDirectory') return { kind: 'merge' }
  const directory = /^withNewDirectory (.+)$/s.exec(createdBy)?.[1]
  if (directory !== undefined) return { kind: 'directory', path: directory }
  const owned = /^chown (.+) \S+$/s.exec(createdBy)?.[1]
  return owned === undefined ? { kind: 'other' } : { kind: 'owner', path: owned }
}

/** How many layers, from the given one, an instruction can have made; each number is one possible match. */
function readings(step: Step, traces: readonly Trace[], from: number): number[] {
  const fits = (offset: number, matches: (trace: Trace) => boolean): boolean => {
    const trace = traces[from + offset]
    return trace !== undefined && (trace.kind === 'lost' || matches(trace))
  }
  switch (step.keyword) {
    case 'RUN':
      return fits(0, (trace) => trace.kind === 'run' && runs(step, trace.command)) ? [1] : []
    case 'COPY':
    case 'ADD': {
      // One layer for each source, or a single one with --link.
      const sources = step.words.length - 1
      const copies =
        sources > 0 &&
        Array.from({ length: sources }, (_value, offset) => offset).every((offset) =>
          fits(offset, ({ kind }) => kind === 'copy'),
        )
          ? [sources]
          : []
      const isLinked = step.flags.some((flag) => flag.startsWith('--link')) && fits(0, ({ kind }) => kind === 'merge')
      return isLinked ? [...copies, 1] : copies
    }
    case 'WORKDIR': {
      const path = step.words.join(' ').replace(/^["']|["']$/g, '')
      if (/^\/+\.?$/.test(path)) return [0]
      // A user name is looked up in the image, and the directory is then copied.
      if (!fits(0, (trace) => trace.kind === 'merge' || (trace.kind === 'directory' && leadsTo(path, trace.path))))
        return []
      // For a numeric user the engine first makes the directory and changes its owner in a separate layer.
      const isGivenAway = fits(1, (trace) => trace.kind === 'owner' && leadsTo(path, trace.path))
      return traces[from + 1]?.kind === 'owner' && isGivenAway ? [2] : isGivenAway ? [1, 2] : [1]
    }
    default:
      return [0]
  }
}

/**
 * Whether a RUN can match an exec. In the history, suspected secrets are removed and long texts cut; a here-document is elsewhere in it.
 */
function runs({ words, command, hasHeredoc }: Step, said: string): boolean {
  if (hasHeredoc || said.includes('<redacted>') || /\.\.\. \(\d+ more bytes\)$/.test(said)) return true
  const bare = said.replaceAll(/\s+/g, '')
  return bare.endsWith(command) || bare === words.join('').replaceAll(/\s+/g, '')
}

function leadsTo(written: string, path: string): boolean {
  if (written.includes('$') || written.includes('..')) return true
  const wanted = written
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
  const found = path
    .split('/')
    .filter((part) => part !== '')
    .join('/')
  return written.startsWith('/') ? found === wanted : found === wanted || wanted === '' || found.endsWith(`/${wanted}`)
}

/** For each layer the instruction that made it, if every match of the whole history agrees. */
function agreedMakers(steps: readonly Step[], layers: readonly BuiltLayer[]): Array<Step | undefined> {
  const traces = layers.map(({ createdBy }) => traceOf(createdBy))
  // reached[i] holds the layers that instructions before the i-th can have made, counted from the first; a match counts
  // only if it reaches the very last layer.
  const ways = steps.map((step) =>
    layerCounts(traces.length).map((from) => readings(step, traces, from).map((count) => from + count)),
  )
  const reached: Array<Set<number>> = [new Set([0])]
  ways.forEach((way, index) => reached.push(new Set([...(reached[index] ?? [])].flatMap((from) => way[from] ?? []))))
  const makers = traces.map(() => new Set<Step>())
  let open = new Set([traces.length].filter((count) => reached.at(-1)?.has(count)))
  for (const [index, step] of [...steps.entries()].toReversed()) {
    const before = new Set<number>()
    for (const from of reached[index] ?? []) {
      for (const to of ways[index]?.[from] ?? []) {
        if (!open.has(to)) continue
        before.add(from)
        for (let layer = from; layer < to; layer += 1) makers[layer]?.add(step)
      }
    }
    open = before
  }
  return makers.map((candidates) => (candidates.size === 1 ? [...candidates][0] : undefined))
}

function layerCounts(layers: number): number[] {
  return Array.from({ length: layers + 1 }, (_value, count) => count)
}

const longestInstruction = 200

/**
 * A layer's origin according to the Dockerfile: a COPY as written, a RUN from the history, which hides values that may be secrets.
 */
function tellMaker({ keyword, flags, words }: Step, createdBy: string): string {
  if (keyword === 'RUN') return traceOf(createdBy).kind === 'run' ? tellHistory(createdBy) : 'RUN'
  return shorten([keyword, ...flags, ...words].map(withoutCredentials).join(' '))
}

function tellHistory(createdBy: string): string {
  const trace = traceOf(createdBy)
  switch (trace.kind) {
    case 'run':
      return shorten(`RUN ${trace.command.replace(/^\/bin\/sh -c /, '')}`)
    case 'copy':
    case 'merge':
      return 'COPY or ADD'
    case 'directory':
    case 'owner':
      return shorten(`WORKDIR ${trace.path}`)
    case 'lost':
      return 'an instruction that the engine no longer knows'
    case 'other':
      return shorten(createdBy)
  }
}

/** An ADD's address can contain a password or a token. */
function withoutCredentials(word: string): string {
  return word
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '$1')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^?#]*)[?#].*$/i, '$1')
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > longestInstruction ? `${line.slice(0, longestInstruction - 3)}...` : line
}

/** The stage or image of COPY --from; a stage given by number is named if it has a name. */
function sourceStage({ keyword, flags }: Step, steps: readonly Step[]): string | undefined {
  const from =
    keyword === 'COPY' ? flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length) : undefined
  if (from === undefined || !/^\d+$/.test(from)) return from
  return steps.filter((step) => step.keyword === 'FROM')[Number(from)]?.stage ?? from
}
