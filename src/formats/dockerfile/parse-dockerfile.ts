import { canBe, isUnknown } from '../unknown-value.ts'
import type { BuildSettings, Dockerfile, Step, UsedImage } from './dockerfile.ts'
import { agreed, blank, expandWord, unknown, WordFault, type Lookup, type Variable } from './expand.ts'
import { dockerfileFault, pair, readInstructions, splitWords, type Instruction } from './instructions.ts'
import { mountSource } from './mount-source.ts'
import { automatic, platformVariables } from './platforms.ts'
import { isForeignShell, scriptOfStep } from './scripts.ts'
import { splitArguments } from './spaces.ts'
import { Variables } from './variables.ts'

interface Stage {
  name: string
  line: number
  /** The image of its FROM, as written. */
  word: string
  /** Earlier stages that it can start from: several if the platform decides. */
  parents: number[]
  /** Whether it starts, or might start, from an image: an unknown name may or may not be a stage's. */
  fromImage: boolean
  base: string
  /** What ENV and ARG have set so far. */
  variables: Variables
  shell: string[] | undefined
  /** Whether it has ONBUILD instructions, which a stage that starts from it runs. */
  hasTriggers: boolean
}

/** The limit on instructions, above what anybody writes: each keeps the variables that it sees. */
const mostInstructions = 5_000

/** Limit of stages that one FROM can start from, depending on its variables. */
const mostParents = 100

/** Reads a Dockerfile: every instruction with its variables as BuildKit expands them, the stages that ship, the images that it uses. Throws `SOURCE` if it cannot be built. */
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
  readonly #global = new Variables()
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
    if (keyword === 'ENV') for (const { name, value } of step.properties) stage?.variables.set(name, value)
    if (keyword === 'SHELL' && stage !== undefined) stage.shell = instruction.json
  }

  result(): Dockerfile {
    if (this.#stages.length === 0)
      throw dockerfileFault(1, 'expected FROM in the Dockerfile, found none', 'Start it with FROM and an image.')
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
      throw dockerfileFault(line, `${JSON.stringify(name.slice(0, 40))} is not a valid stage name`)
    const lookup: Lookup = (variable) => this.#global.get(variable) ?? automatic(variable)
    const base = this.#expand(image, lookup, line)
    const { parents, fromImage } = this.#parents(image, base, line)
    const below = parents.map((index) => this.#stages[index]).filter((stage) => stage !== undefined)
    const [parent] = below
    if (below.some(({ hasTriggers }) => hasTriggers))
      throw dockerfileFault(
        line,
        'a stage starts from another stage with ONBUILD, whose effect only the builder knows',
        'Move the ONBUILD instructions into the stage that they are for.',
      )
    this.#stages.push({
      name: (name ?? '').toLowerCase(),
      line,
      word: image,
      parents,
      fromImage,
      base,
      variables: new Variables(
        agreed([...below.map(({ variables }) => variables.all()), ...(fromImage ? [ofImage] : [])]),
      ),
      shell: parent?.shell,
      hasTriggers: false,
    })
  }

  /** The earlier stages that a FROM names, by build platform if only the builder knows the name. If the name is unknown, every stage whose name fits, and also an image. */
  #parents(image: string, base: string, line: number): { parents: number[]; fromImage: boolean } {
    const names = isUnknown(base)
      ? platformVariables.map((known) =>
          this.#expand(image, (name) => this.#global.get(name) ?? known[name] ?? automatic(name), line),
        )
      : [base]
    const parents = [
      ...new Set([...new Set(names)].flatMap((name) => (isUnknown(name) ? this.#fitting(name) : this.#named(name)))),
    ].toSorted((left, right) => left - right)
    // Each of these stages is read for each name: a file that nobody would write must not take minutes.
    if (names.some(isUnknown) && parents.length > mostParents)
      throw dockerfileFault(
        line,
        `expected at most ${mostParents} stages that this FROM could start from, depending on its variables, found ${parents.length}`,
        'Name the stage, or set the build argument that names it.',
      )
    return { parents, fromImage: parents.length === 0 || names.some(isUnknown) }
  }

  /** Stages whose name a text can expand to; of several with one name, the last. */
  #fitting(name: string): number[] {
    const text = name.toLowerCase()
    const lastOf = new Map(this.#stages.map((stage, index) => [stage.name, index]))
    return [...lastOf].flatMap(([known, index]) => (known !== '' && canBe(text, known) ? [index] : []))
  }

  #nameOf(index: number): string {
    return this.#stages[index]?.name || String(index)
  }

  /** The stage with a name, as a list: the last one that has it. */
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
        const [, name = '', value = ''] = /^--([^=]*)=?(.*)/s.exec(flag) ?? []
        // BuildKit expands no variables in an image name here, and in a mount only field by field.
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
    // The old form: a name, and everything after it.
    const pairs =
      words[0]?.includes('=') === false
        ? [/^([^\t\v\f\r ]+)[\t\v\f\r ]+(.*)/s.exec(rest)?.slice(1) ?? [rest, '']]
        : words.map(pair)
    return pairs.map(([name = '', value = '']) => ({
      name: this.#expand(name, environment, line),
      value: this.#expand(value, environment, line),
    }))
  }

  /** Declares build arguments. They see each other, even on one line; in a stage they act like variables set by ENV, in the order of the text. */
  #arguments(rest: string, stage: Stage | undefined, line: number): Step['properties'] {
    const declared = stage === undefined ? this.#global : stage.variables
    return splitWords(rest, this.#escape).map((word) => {
      const lookup = this.#environmentOf(stage)
      const [name, written] = pair(word)
      const byDefault = written === undefined ? undefined : this.#expand(written, lookup, line)
      const value = this.#settings.buildArgs[name] ?? byDefault ?? this.#undeclared(name, stage)
      if (value !== undefined) declared.set(name, value)
      return { name, value: byDefault ?? '' }
    })
  }

  /** The value of an argument declared without one: in a stage, the value from before the first FROM. */
  #undeclared(name: string, stage: Stage | undefined): Variable {
    if (stage === undefined) return blank
    const above = this.#global.get(name)
    return above === blank || above === undefined ? automatic(name) : above
  }

  #environmentOf(stage: Stage | undefined): Lookup {
    if (stage !== undefined) return stage.variables.kept()
    const known = this.#global.kept()
    return (name) => known(name) ?? automatic(name)
  }

  /** The images that a step copies or mounts from. It can name any stage, even a later one. */
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
        'Correct build.target in the policy, or remove it to build the last stage.',
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

  /** A word, left as written if it cannot be expanded: BuildKit accepts some of these. */
  #expandLoosely(word: string, lookup: Lookup): string {
    try {
      return this.#expand(word, lookup, 1)
    } catch {
      return word
    }
  }
}

/** Every image has a PATH, and only the builder knows it. */
const ofImage: ReadonlyMap<string, Variable> = new Map([['PATH', unknown]])

/** Whether BuildKit reads it as a stage's number rather than a name. */
function isNumber(text: string): boolean {
  return /^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text))
}
