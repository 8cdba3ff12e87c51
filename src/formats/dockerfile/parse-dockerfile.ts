import { canBe, isUnknown } from '../unknown-value.ts'
import type { BuildSettings, Dockerfile, Step, UsedImage } from './dockerfile.ts'
import { agreed, blank, expandWord, unknown, WordFault, type Lookup, type Variable } from './expand.ts'
import { dockerfileFault, pair, readInstructions, splitWords, type Instruction } from './instructions.ts'
import { mountSource } from './mount-source.ts'
import { automatic, platformVariables } from './platforms.ts'
import { isForeignShell, scriptOfStep } from './scripts.ts'
import { splitArguments } from './spaces.ts'

interface Stage {
  name: string
  line: number
  /** The image of its FROM as it is written. */
  word: string
  /** Earlier stages that it can start from: several where the platform chooses. */
  parents: number[]
  /** True where it starts from an image, or can: nobody may know that it names a stage. */
  fromImage: boolean
  base: string
  /** What ENV and ARG have set so far. Never changed but replaced: a step keeps what it saw. */
  environment: ReadonlyMap<string, Variable>
  shell: string[] | undefined
  /** Whether it has ONBUILD, whose instructions a stage that starts from it runs. */
  hasTriggers: boolean
}

/** More instructions than anybody writes: each keeps the variables that it sees. */
const mostInstructions = 5_000

/** Stages that one FROM can start from, where only its variables say which. */
const mostParents = 100

/** Reads a Dockerfile: every instruction with its variables as BuildKit fills them in, the stages that ship, the images that it uses. Throws `SOURCE` where it cannot be built. */
export function parseDockerfile(text: string, settings: BuildSettings): Dockerfile {
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
      if (stage !== undefined) stage.hasTriggers = true
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
  }

  result(): Dockerfile {
    if (this.#stages.length === 0)
      throw dockerfileFault(1, 'a Dockerfile starts with FROM, and this one has none', 'Write FROM and an image.')
    const shipped = this.#shipped()
    const images = this.#stages.flatMap(({ fromImage, word, base, line }, index) =>
      fromImage ? [{ stage: this.#nameOf(index), word, reference: base, line, final: shipped.has(index) }] : [],
    )
    const copied = this.#steps.flatMap((step) => this.#copiedFrom(step))
    return {
      steps: this.#steps.map((step) => ({ ...step, shipped: shipped.has(step.stage) })),
      images: [...images, ...copied].toSorted((left, right) => left.line - right.line),
    }
  }

  #begin({ rest, line }: Instruction): void {
    const [image, as, name, more] = splitArguments(rest)
    if (image === undefined) throw dockerfileFault(line, 'FROM names no image')
    if ((as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined)) || more !== undefined)
      throw dockerfileFault(line, 'expected FROM image, or FROM image AS name')
    if (name !== undefined && !/^[a-z][a-z0-9._-]*$/i.test(name))
      throw dockerfileFault(line, `${JSON.stringify(name.slice(0, 40))} is no name of a stage`)
    const lookup: Lookup = (variable) => this.#global.get(variable) ?? automatic(variable)
    const base = this.#expand(image, lookup, line)
    const { parents, fromImage } = this.#parents(image, base, line)
    const below = parents.map((index) => this.#stages[index]).filter((stage) => stage !== undefined)
    const [parent] = below
    if (below.some(({ hasTriggers }) => hasTriggers))
      throw dockerfileFault(
        line,
        'a stage starts from one of this file that has ONBUILD, and only the builder knows what that comes to',
        'Write the instructions of ONBUILD into the stage that they are for.',
      )
    this.#stages.push({
      name: (name ?? '').toLowerCase(),
      line,
      word: image,
      parents,
      fromImage,
      base,
      environment: agreed([...below.map(({ environment }) => environment), ...(fromImage ? [ofImage] : [])]),
      shell: parent?.shell,
      hasTriggers: false,
    })
  }

  /** The earlier stages that a FROM names; by the platforms that are built for, where only the builder knows its name. Where nobody knows it, every stage whose name fits, and an image as well. */
  #parents(image: string, base: string, line: number): { parents: number[]; fromImage: boolean } {
    const names = isUnknown(base)
      ? platformVariables.map((known) =>
          this.#expand(image, (name) => this.#global.get(name) ?? known[name] ?? automatic(name), line),
        )
      : [base]
    const parents = [
      ...new Set([...new Set(names)].flatMap((name) => (isUnknown(name) ? this.#fitting(name) : this.#named(name)))),
    ].toSorted((left, right) => left - right)
    // What all of them agree on is asked for each name of each: a file that nobody would write must not keep its reader for minutes.
    if (names.some(isUnknown) && parents.length > mostParents)
      throw dockerfileFault(
        line,
        `this FROM could start from ${parents.length} stages, by what its variables come to; expected ${mostParents} at most`,
        'Name the stage, or give the build argument that names it.',
      )
    return { parents, fromImage: parents.length === 0 || names.some(isUnknown) }
  }

  /** Stages whose name a text can come to; of one name the last. */
  #fitting(name: string): number[] {
    const text = name.toLowerCase()
    const lastOf = new Map(this.#stages.map((stage, index) => [stage.name, index]))
    return [...lastOf].flatMap(([known, index]) => (known !== '' && canBe(text, known) ? [index] : []))
  }

  #nameOf(index: number): string {
    return this.#stages[index]?.name || String(index)
  }

  /** The stage of a name, as a list: the last one that has it. */
  #named(name: string): number[] {
    const index = this.#stages.findLastIndex((stage) => stage.name !== '' && stage.name === name.toLowerCase())
    return index === -1 ? [] : [index]
  }

  #step(instruction: Instruction, onBuild: boolean): Step {
    const { keyword, line, flags, rest, json, heredocs } = instruction
    const stage = this.#stages.at(-1)
    const environment = this.#environmentOf(stage)
    const foreignShell = isForeignShell(stage?.shell, this.#escape)
    const script = json === undefined && !foreignShell ? scriptOfStep(instruction) : undefined
    return {
      keyword,
      line,
      stage: this.#stages.length - 1,
      parents: stage?.parents ?? [],
      shipped: false,
      onBuild,
      foreignShell: foreignShell && json === undefined,
      flags: flags.map((flag) => {
        const [, name = '', value = ''] = /^--([^=]*)=?(.*)$/s.exec(flag) ?? []
        // BuildKit fills no variable into the name of an image, and into a mount only field by field.
        const isNamed = name === 'from' || name === 'mount'
        return { name: name.toLowerCase(), value: isNamed ? value : this.#expandLoosely(value, environment) }
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
    return splitArguments(rest).map((word) => this.#expandLoosely(word, environment))
  }

  #properties({ keyword, rest, line }: Instruction, stage: Stage | undefined): Step['properties'] {
    if (keyword === 'ARG') return this.#arguments(rest, stage, line)
    if (keyword !== 'ENV' && keyword !== 'LABEL') return []
    const environment = this.#environmentOf(stage)
    const words = splitWords(rest, this.#escape)
    // The old form: a name, and everything behind it.
    const pairs =
      words[0]?.includes('=') === false
        ? [/^([^\t\v\f\r ]+)[\t\v\f\r ]+(.*)$/s.exec(rest)?.slice(1) ?? [rest, '']]
        : words.map(pair)
    return pairs.map(([name = '', value = '']) => ({
      name: this.#expand(name, environment, line),
      value: this.#expand(value, environment, line),
    }))
  }

  /** Declares build arguments. Those before the first FROM see each other, also on one line; in a stage they come to be as variables that ENV sets, in the order of the text. */
  #arguments(rest: string, stage: Stage | undefined, line: number): Step['properties'] {
    const declared = new Map(stage === undefined ? this.#global : stage.environment)
    const lookup: Lookup =
      stage === undefined ? (name) => declared.get(name) ?? automatic(name) : this.#environmentOf(stage)
    const properties = splitWords(rest, this.#escape).map((word) => {
      const [name, written] = pair(word)
      const byDefault = written === undefined ? undefined : this.#expand(written, lookup, line)
      const value = this.#settings.buildArgs[name] ?? byDefault ?? this.#undeclared(name, stage)
      if (value !== undefined) declared.set(name, value)
      return { name, value: byDefault ?? '' }
    })
    if (stage === undefined) this.#global = declared
    else stage.environment = declared
    return properties
  }

  /** What an argument is that has no value where it is declared: in a stage, what it is above the first FROM. */
  #undeclared(name: string, stage: Stage | undefined): Variable {
    if (stage === undefined) return blank
    const above = this.#global.get(name)
    return above === blank || above === undefined ? automatic(name) : above
  }

  #environmentOf(stage: Stage | undefined): Lookup {
    const known = this.#global
    if (stage === undefined) return (name) => known.get(name) ?? automatic(name)
    const { environment } = stage
    return (name) => environment.get(name)
  }

  /** The images that a step copies or mounts from. Every stage can be named, also one further down. */
  #copiedFrom({ keyword, flags, line, stage, onBuild }: Step): UsedImage[] {
    if (onBuild || (keyword !== 'COPY' && keyword !== 'RUN')) return []
    const copied = flags.filter(({ name, value }) => keyword === 'COPY' && name === 'from' && !isNumber(value))
    const mounted = flags.filter(({ name }) => keyword === 'RUN' && name === 'mount')
    return [...copied.map(({ value }) => value), ...mounted.map(({ value }) => mountSource(value) ?? '')].flatMap(
      (reference) =>
        reference === '' || reference === 'scratch' || this.#named(reference).length > 0
          ? []
          : [{ stage: this.#nameOf(stage), word: reference, reference, line, final: false }],
    )
  }

  /** The stages that the target is made from: itself, those that it can start from, and so on. */
  #shipped(): Set<number> {
    const { target } = this.#settings
    const last = this.#stages.length - 1
    const first = target === undefined ? last : (this.#named(target)[0] ?? (isNumber(target) ? Number(target) : -1))
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

/** Every image has a path, and only the builder knows which. */
const ofImage: ReadonlyMap<string, Variable> = new Map([['PATH', unknown]])

/** True for what BuildKit takes for the number of a stage, and not for a name. */
function isNumber(text: string): boolean {
  return /^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text))
}
