import { isUnknown } from '../unknown-value.ts'
import { expandWord, unknown, WordFault, type Lookup, type Variable } from './expand.ts'
import { dockerfileFault, pair, readInstructions, splitWords, type Heredoc, type Instruction } from './instructions.ts'
import { automatic, platformVariables } from './platforms.ts'
import { isForeignShell, scriptOf } from './scripts.ts'

/** What a call or a policy says of a build. */
export interface BuildSettings {
  buildArgs: Readonly<Record<string, string>>
  /** The stage that is built; the last one where it is left out. */
  target?: string | undefined
}

/** An instruction with its variables filled in. A value that nobody knows is marked (`isUnknown`). */
export interface Step {
  keyword: string
  line: number
  /** Number of its stage; -1 before the first FROM. */
  stage: number
  /** True where the shipped image contains what it does. */
  shipped: boolean
  /** True where an image built on this one runs it, and not this one. */
  onBuild: boolean
  flags: Array<{ name: string; value: string }>
  /** Its arguments on one line, as they are written; USER as it is expanded. */
  text: string
  /** Sources and target of COPY and ADD, ports, volumes; programs and arguments in exec form. */
  words: string[]
  /** Commands in shell form: RUN, CMD, ENTRYPOINT and HEALTHCHECK. Absent in exec form, and where the shell is none of Unix. */
  script?: string
  /** True where the commands are for a shell that is not read, e.g. PowerShell. */
  foreignShell: boolean
  heredocs: Heredoc[]
  /** Names and values of ENV, ARG and LABEL; an ARG without a default has an empty value. */
  properties: Array<{ name: string; value: string }>
  /** The variables that its commands find. */
  environment: Lookup
}

/** An image from outside that a Dockerfile starts from, copies from or mounts. */
export interface UsedImage {
  /** Name of the stage, or its number; of a copy or mount, the stage that has it. */
  stage: string
  /** As it is written, variables and all. */
  word: string
  /** With what is known filled in. */
  reference: string
  line: number
  /** True where the shipped image starts from it. */
  final: boolean
}

/** A Dockerfile read for what it ships. */
export interface Dockerfile {
  steps: Step[]
  images: UsedImage[]
}

interface Stage {
  name: string
  line: number
  /** The image of its FROM as it is written. */
  word: string
  /** Earlier stages that it can start from: several where the platform chooses. */
  parents: number[]
  base: string
  /** What ENV and ARG have set so far. Never changed but replaced: a step keeps what it saw. */
  environment: ReadonlyMap<string, Variable>
  arguments: ReadonlyMap<string, Variable>
  shell: string[] | undefined
}

/** More instructions than anybody writes: each keeps the variables that it sees. */
const mostInstructions = 5_000

/** Reads a Dockerfile: every instruction with its variables as BuildKit fills them in, the stages that ship, the images that it uses. Throws `SOURCE` where it cannot be built. */
export function readDockerfile(text: string, settings: BuildSettings): Dockerfile {
  const { instructions, escape } = readInstructions(text)
  const tooMany = instructions[mostInstructions]
  if (tooMany !== undefined)
    throw dockerfileFault(
      tooMany.line,
      `expected at most ${mostInstructions} instructions, found ${instructions.length}`,
    )
  const reader = new Reader(escape, settings)
  for (const instruction of instructions) reader.read(instruction)
  return reader.result()
}

class Reader {
  readonly #escape: string
  readonly #settings: BuildSettings
  #global: ReadonlyMap<string, Variable> = new Map()
  readonly #stages: Stage[] = []
  readonly #steps: Step[] = []
  readonly #copied: UsedImage[] = []

  constructor(escape: string, settings: BuildSettings) {
    this.#escape = escape
    this.#settings = settings
  }

  read(instruction: Instruction, onBuild: boolean = false): void {
    const { keyword, line, inner } = instruction
    const stage = this.#stages.at(-1)
    if (keyword === 'FROM') this.#begin(instruction)
    else if (stage === undefined && keyword !== 'ARG')
      throw dockerfileFault(line, `expected FROM before ${keyword}: a Dockerfile starts with FROM`)
    if (inner !== undefined) {
      this.read(inner, true)
      return
    }
    const step = this.#step(instruction, onBuild)
    this.#steps.push(step)
    if (onBuild) return
    if (keyword === 'ENV' && stage !== undefined)
      stage.environment = new Map([
        ...stage.environment,
        ...step.properties.map(({ name, value }) => [name, value] as const),
      ])
    if (keyword === 'SHELL' && stage !== undefined) stage.shell = instruction.json
    this.#noteImages(step)
  }

  result(): Dockerfile {
    if (this.#stages.length === 0)
      throw dockerfileFault(1, 'a Dockerfile starts with FROM, and this one has none', 'Write FROM and an image.')
    const shipped = this.#shipped()
    const images = this.#stages.flatMap(({ parents, word, base, line }, index) =>
      parents.length > 0
        ? []
        : [{ stage: this.#nameOf(index), word, reference: base, line, final: shipped.has(index) }],
    )
    return {
      steps: this.#steps.map((step) => ({ ...step, shipped: shipped.has(step.stage) })),
      images: [...images, ...this.#copied].toSorted((left, right) => left.line - right.line),
    }
  }

  #begin({ rest, line }: Instruction): void {
    const [image, as, name, more] = rest.split(/\s+/)
    if (image === undefined || image === '') throw dockerfileFault(line, 'FROM names no image')
    if ((as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined)) || more !== undefined)
      throw dockerfileFault(line, 'expected FROM image, or FROM image AS name')
    const lookup: Lookup = (variable) => this.#global.get(variable) ?? automatic(variable)
    const base = this.#expand(image, lookup, line)
    const parents = this.#parents(image, base, line)
    const below = parents.map((index) => this.#stages[index]).filter((stage) => stage !== undefined)
    const [parent] = below
    this.#stages.push({
      name: (name ?? '').toLowerCase(),
      line,
      word: image,
      parents,
      base,
      environment: agreed(below.map(({ environment }) => environment)),
      arguments: agreed(below.map((stage) => stage.arguments)),
      shell: parent?.shell,
    })
  }

  /** The earlier stages that a FROM names; by the platforms that are built for, where only the builder knows its name. */
  #parents(image: string, base: string, line: number): number[] {
    const names = isUnknown(base)
      ? platformVariables.map((known) =>
          this.#expand(image, (name) => this.#global.get(name) ?? known[name] ?? automatic(name), line),
        )
      : [base]
    return [...new Set(names.map((name) => this.#named(name)).filter((index) => index !== -1))].toSorted(
      (left, right) => left - right,
    )
  }

  #nameOf(index: number): string {
    return this.#stages[index]?.name || String(index)
  }

  #named(name: string): number {
    return this.#stages.findLastIndex((stage) => stage.name !== '' && stage.name === name.toLowerCase())
  }

  #step(instruction: Instruction, onBuild: boolean): Step {
    const { keyword, line, flags, rest, json, heredocs } = instruction
    const stage = this.#stages.at(-1)
    const environment = this.#environmentOf(stage)
    const foreignShell = isForeignShell(stage?.shell, this.#escape)
    const script = json === undefined && !foreignShell ? scriptOf(instruction) : undefined
    return {
      keyword,
      line,
      stage: this.#stages.length - 1,
      shipped: false,
      onBuild,
      foreignShell: foreignShell && json === undefined,
      flags: flags.map((flag) => {
        const [, name = '', value = ''] = /^--([^=]*)=?(.*)$/s.exec(flag) ?? []
        return { name: name.toLowerCase(), value: this.#expandLoosely(value, environment) }
      }),
      text: keyword === 'USER' ? this.#expand(rest, environment, line) : rest.replaceAll(/\s+/g, ' '),
      words: json ?? this.#words(keyword, rest, environment),
      ...(script === undefined ? {} : { script }),
      heredocs,
      properties: this.#properties(instruction, stage),
      environment,
    }
  }

  #words(keyword: string, rest: string, environment: Lookup): string[] {
    if (!/^(ADD|COPY|EXPOSE|VOLUME)$/.test(keyword)) return []
    return rest
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => this.#expandLoosely(word, environment))
  }

  #properties({ keyword, rest, line }: Instruction, stage: Stage | undefined): Step['properties'] {
    if (keyword === 'ARG') return this.#arguments(rest, stage, line)
    if (keyword !== 'ENV' && keyword !== 'LABEL') return []
    const environment = this.#environmentOf(stage)
    const words = splitWords(rest, this.#escape)
    // The old form: a name, and everything behind it.
    const pairs =
      words[0]?.includes('=') === false ? [/^(\S+)\s+(.*)$/s.exec(rest)?.slice(1) ?? [rest, '']] : words.map(pair)
    return pairs.map(([name = '', value = '']) => ({
      name: this.#expand(name, environment, line),
      value: this.#expand(value, environment, line),
    }))
  }

  /** Declares build arguments. Those before the first FROM see each other, also on one line. */
  #arguments(rest: string, stage: Stage | undefined, line: number): Step['properties'] {
    const declared = new Map(stage === undefined ? this.#global : stage.arguments)
    const lookup: Lookup =
      stage === undefined ? (name) => declared.get(name) ?? automatic(name) : this.#environmentOf(stage)
    const properties = splitWords(rest, this.#escape).map((word) => {
      const [name, written] = pair(word)
      const byDefault = written === undefined ? undefined : this.#expand(written, lookup, line)
      const inherited = stage === undefined ? undefined : (this.#global.get(name) ?? automatic(name))
      declared.set(name, this.#settings.buildArgs[name] ?? byDefault ?? inherited)
      return { name, value: byDefault ?? '' }
    })
    if (stage === undefined) this.#global = declared
    else stage.arguments = declared
    return properties
  }

  #environmentOf(stage: Stage | undefined): Lookup {
    const known = this.#global
    if (stage === undefined) return (name) => known.get(name) ?? automatic(name)
    const [variables, given] = [stage.environment, stage.arguments]
    return (name) => (variables.has(name) ? variables.get(name) : given.get(name))
  }

  #noteImages({ keyword, flags, line, stage }: Step): void {
    if (keyword !== 'COPY' && keyword !== 'RUN') return
    const sources = flags.flatMap(({ name, value }) =>
      name === 'from' && keyword === 'COPY' ? [value] : name === 'mount' ? mountSource(value) : [],
    )
    for (const reference of sources)
      if (!/^\d+$/.test(reference) && this.#named(reference) === -1)
        this.#copied.push({ stage: this.#nameOf(stage), word: reference, reference, line, final: false })
  }

  /** The stages that the target is made from: itself, those that it can start from, and so on. */
  #shipped(): Set<number> {
    const { target } = this.#settings
    const last = this.#stages.length - 1
    const first = target === undefined ? last : this.#named(target) === -1 ? Number(target) : this.#named(target)
    if (this.#stages[first] === undefined)
      throw dockerfileFault(
        1,
        `the Dockerfile has no stage ${JSON.stringify(target)}; it has ${this.#stages.map((_, index) => this.#nameOf(index)).join(', ')}`,
        'Correct build.target in the policy, or leave it out to build the last stage.',
      )
    const shipped = new Set([first])
    for (const index of shipped) for (const parent of this.#stages[index]?.parents ?? []) shipped.add(parent)
    return shipped
  }

  #expand(word: string, lookup: Lookup, line: number): string {
    try {
      return expandWord(word, lookup, this.#escape)
    } catch (error) {
      if (!(error instanceof WordFault)) throw error
      throw dockerfileFault(line, `${JSON.stringify(word.slice(0, 80))} cannot be expanded: ${error.message}`)
    }
  }

  /** A word that is left as it is written where it cannot be expanded: BuildKit takes some of these so. */
  #expandLoosely(word: string, lookup: Lookup): string {
    try {
      return this.#expand(word, lookup, 1)
    } catch {
      return word
    }
  }
}

/** Variables of the stages that a stage can start from: where these differ, nobody knows the value. */
function agreed(maps: ReadonlyArray<ReadonlyMap<string, Variable>>): Map<string, Variable> {
  const names = new Set(maps.flatMap((map) => [...map.keys()]))
  return new Map(
    [...names].map((name) => {
      const values = new Set(maps.map((map) => map.get(name)))
      return [name, values.size === 1 ? [...values][0] : unknown]
    }),
  )
}

/** The image or stage of `--mount=...,from=...`. */
function mountSource(value: string): string[] {
  return value.split(',').flatMap((field) => /^from=(.+)$/i.exec(field)?.[1] ?? [])
}
