import { DockerfileParser, type Dockerfile, type Instruction } from 'dockerfile-ast'
import { DeliveryError } from '../../model/errors.ts'
import { fullReference, parseImageReference } from '../image-reference.ts'

/** An image from outside that a Dockerfile starts from or copies from. */
export interface ExternalImage {
  /** Name of the stage, or its number; for COPY --from and RUN --mount=from, the stage that uses it. */
  stage: string
  /** As written, with build arguments filled in. */
  written: string
  /** Registry, repository and tag, fully spelled; `scratch` for the empty image. */
  reference: string
  /** Digest written in the Dockerfile. */
  digest: string | undefined
  /** Counted from 1. */
  line: number
  /** True where the target stage starts from it. */
  final: boolean
  /** Where the reference stands in the text: offsets of its first character and of the one after its last. */
  range: { start: number; end: number }
}

/** What decides which stages are built, and on what. */
export interface BuildChoice {
  buildArgs: Readonly<Record<string, string>>
  /** The stage that is built; the last one where it is left out. */
  target?: string
}

/** Parses a Dockerfile and lists the external images that it uses, in the order of the text. Throws `SOURCE` where it cannot be built. */
export function externalImages(text: string, options: BuildChoice): ExternalImage[] {
  const dockerfile = DockerfileParser.parse(text)
  const froms = dockerfile.getFROMs()
  if (froms.length === 0)
    throw new DeliveryError(
      'SOURCE',
      'a Dockerfile starts with FROM, and this one has none',
      'Write at least FROM and the image that the application needs.',
    )
  const starts = lineStarts(text)
  const stages = froms.map((from, index) => ({ from, name: from.getBuildStage()?.toLowerCase() ?? String(index) }))
  const finals = shippedStages(dockerfile, options)
  const images: ExternalImage[] = []

  stages.forEach(({ from, name }, index) => {
    const argument = from.getImage()
    const range = from.getImageRange()
    const line = from.getRange().start.line + 1
    if (argument === null || range === null)
      throw new DeliveryError('SOURCE', `line ${line}: FROM names no image`, 'Write the image after FROM.')
    const written = substitute(argument, dockerfile, options.buildArgs, line)
    const earlier = stages.slice(0, index).some((stage) => stage.name === written.toLowerCase())
    if (!earlier)
      images.push(
        describe(written, name, line, finals.has(index), {
          start: offset(starts, range.start),
          end: offset(starts, range.end),
        }),
      )
  })

  for (const instruction of dockerfile.getInstructions()) {
    for (const { value, start } of fromFlags(instruction, text, starts)) {
      const line = instruction.getRange().start.line + 1
      const stage = stages.findLast(({ from }) => from.getRange().start.line < line)
      if (/^\d+$/.test(value) || stages.some(({ name }) => name === value.toLowerCase())) continue
      images.push(
        describe(substitute(value, dockerfile, options.buildArgs, line), stage?.name ?? '0', line, false, {
          start,
          end: start + value.length,
        }),
      )
    }
  }
  return images.toSorted((left, right) => left.range.start - right.range.start)
}

function describe(
  written: string,
  stage: string,
  line: number,
  final: boolean,
  range: ExternalImage['range'],
): ExternalImage {
  if (written === 'scratch') return { stage, written, reference: 'scratch', digest: undefined, line, final, range }
  const parsed = parseImageReference(written)
  if (parsed === undefined)
    throw new DeliveryError(
      'SOURCE',
      `line ${line}: "${written}" is no image reference`,
      'Write registry/repository:tag, or give the build argument that it is made of a value.',
    )
  return { stage, written, reference: fullReference(parsed), digest: parsed.digest, line, final, range }
}

/** The numbers of the stages that the target is made from: itself, what it starts from, and so on. Throws `SOURCE` where there is no such target. */
export function shippedStages(dockerfile: Dockerfile, { buildArgs, target }: BuildChoice): Set<number> {
  const stages = dockerfile
    .getFROMs()
    .map((from, index) => ({ from, name: from.getBuildStage()?.toLowerCase() ?? String(index) }))
  const shipped = new Set<number>()
  const wanted = target?.toLowerCase()
  let index =
    wanted === undefined
      ? stages.length - 1
      : stages.findIndex(({ name }, position) => name === wanted || String(position) === wanted)
  if (index === -1) {
    throw new DeliveryError(
      'SOURCE',
      `the Dockerfile has no stage "${target}"; it has ${stages.map(({ name }) => name).join(', ')}`,
      'Correct build.target in the policy, or leave it out to build the last stage.',
    )
  }
  while (index >= 0) {
    const stage = stages[index]
    if (stage === undefined) break
    shipped.add(index)
    const parent = substitute(
      stage.from.getImage() ?? '',
      dockerfile,
      buildArgs,
      stage.from.getRange().start.line + 1,
    ).toLowerCase()
    index = stages.slice(0, index).findLastIndex(({ name }) => name === parent)
  }
  return shipped
}

/** Fills in `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` from the build arguments and the ARG defaults before the first FROM. */
function substitute(
  text: string,
  dockerfile: Dockerfile,
  buildArgs: Readonly<Record<string, string>>,
  line: number,
): string {
  return text.replace(
    /\$(?:\{([A-Za-z_]\w*)(?::([-+])([^}]*))?\}|([A-Za-z_]\w*))/g,
    (
      _whole,
      braced: string | undefined,
      operator: string | undefined,
      word: string | undefined,
      bare: string | undefined,
    ) => {
      const name = braced ?? bare ?? ''
      const value = buildArgs[name] ?? initialArgument(dockerfile, name)
      if (operator === '-') return value === undefined || value === '' ? (word ?? '') : value
      if (operator === '+') return value === undefined || value === '' ? '' : (word ?? '')
      if (value === undefined) {
        throw new DeliveryError(
          'SOURCE',
          `line ${line}: the image reference uses $${name}, which has no value`,
          `Give ARG ${name} a default before the first FROM, or set build.args.${name} in the policy.`,
        )
      }
      return value
    },
  )
}

function initialArgument(dockerfile: Dockerfile, name: string): string | undefined {
  const property = dockerfile
    .getInitialARGs()
    .map((argument) => argument.getProperty())
    .findLast((entry) => entry?.getName() === name)
  return property?.getValue() ?? undefined
}

/** Values of --from=... of COPY and from=... of RUN --mount, with their offsets in the text. */
function fromFlags(
  instruction: Instruction,
  text: string,
  starts: readonly number[],
): Array<{ value: string; start: number }> {
  const keyword = instruction.getKeyword()
  const pattern =
    keyword === 'COPY' ? /--from=([^\s\\]+)/g : keyword === 'RUN' ? /--mount=\S*?\bfrom=([^\s,\\]+)/g : undefined
  if (pattern === undefined) return []
  const range = instruction.getRange()
  const begin = offset(starts, range.start)
  const body = text.slice(begin, offset(starts, range.end))
  return [...body.matchAll(pattern)].map((match) => {
    const value = match[1] ?? ''
    return { value, start: begin + match.index + match[0].length - value.length }
  })
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  return starts
}

function offset(starts: readonly number[], position: { line: number; character: number }): number {
  return (starts[position.line] ?? 0) + position.character
}
