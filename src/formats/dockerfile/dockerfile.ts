import { DockerfileParser, Label, type Add, type Dockerfile, type Instruction } from 'dockerfile-ast'
import { DeliveryError } from '../../model/errors.ts'
import type { Lint } from '../../model/index.ts'
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

/** The Dockerfile with some references replaced; lines stay where they were. */
export function replaceReferences(
  text: string,
  replacements: ReadonlyArray<{ image: ExternalImage; reference: string }>,
): string {
  let result = text
  for (const { image, reference } of replacements.toSorted(
    (left, right) => right.image.range.start - left.image.range.start,
  )) {
    result = result.slice(0, image.range.start) + reference + result.slice(image.range.end)
  }
  return result
}

/** The `# syntax=` frontend where it is none that the engine builds with; undefined where it is fine. */
export function foreignSyntax(text: string): { frontend: string; line: number } | undefined {
  const directive = DockerfileParser.parse(text)
    .getDirectives()
    .find((entry) => entry.getName().toLowerCase() === 'syntax')
  if (directive === undefined) return undefined
  const frontend = directive.getValue()
  return /^(docker\.io\/)?docker\/dockerfile(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(frontend)
    ? undefined
    : { frontend, line: directive.getRange().start.line + 1 }
}

/** What ADD downloads: files by http(s), and git repositories in any form that BuildKit knows. Credentials in an address are left out. */
export function findDownloads(text: string): Lint['downloads'] {
  return DockerfileParser.parse(text)
    .getInstructions()
    .filter((instruction): instruction is Add => instruction.getKeyword() === 'ADD')
    .flatMap((instruction) => {
      const line = instruction.getRange().start.line + 1
      const checksum = instruction
        .getFlags()
        .some((flag) => flag.getName() === 'checksum' && /^sha256:[0-9a-f]{64}$/.test(flag.getValue() ?? ''))
      const sources =
        instruction.getJSONStrings().length > 0
          ? instruction.getJSONStrings().map((word) => word.getJSONValue())
          : instruction.getArguments().map((word) => word.getValue())
      return sources
        .slice(0, -1)
        .filter((source) => /^(https?|git|ssh):\/\/|^git@/i.test(source))
        .map((source) => ({
          address: source.replace(/^(\w+:\/\/)[^@/]*@/, '$1'),
          line,
          verified: checksum || /#[0-9a-f]{40}\b/.test(source),
        }))
    })
}

/** The flags of RUN, which may stand on several lines with comments between them. */
const leadingFlags = /^RUN(?:(?:\s|\\[ \t]*\r?\n|#[^\n]*\n)+--\S+)*/i

/** Lines of the steps that ask for the rights of the machine. */
export function insecureSteps(text: string): number[] {
  return DockerfileParser.parse(text)
    .getInstructions()
    .filter(
      (instruction) =>
        instruction.getKeyword() === 'RUN' &&
        /--security=["']?insecure\b/.test(leadingFlags.exec(instruction.getTextContent())?.[0] ?? ''),
    )
    .map((instruction) => instruction.getRange().start.line + 1)
}

/**
 * The Dockerfile with its cache mounts in a scope of their own: an engine shares such a cache between all builds that name it, and who can write into it decides what the next build installs.
 * Without an id of its own a cache is named after its target, as BuildKit does it. Lines stay where they were.
 */
export function scopeCaches(text: string, scope: string): string {
  const starts = lineStarts(text)
  const runs = DockerfileParser.parse(text)
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === 'RUN')
  let result = text
  for (const instruction of runs.toReversed()) {
    const { start, end } = instruction.getRange()
    const [from, to] = [offset(starts, start), offset(starts, end)]
    const flags = leadingFlags.exec(result.slice(from, to))?.[0] ?? ''
    const scoped = flags.replaceAll(/--mount=(\S+)/g, (whole, options: string) => {
      const fields = options.replaceAll(/["']/g, '').split(',')
      const valueOf = (...names: string[]) =>
        fields.find((field) => names.includes(field.split('=', 1)[0] ?? ''))?.replace(/^[^=]*=/, '')
      if (valueOf('type') !== 'cache') return whole
      const id = valueOf('id') ?? valueOf('target', 'dst', 'destination') ?? ''
      return `--mount=${[...fields.filter((field) => !field.startsWith('id=')), `id=${scope}/${id}`].join(',')}`
    })
    result = result.slice(0, from) + scoped + result.slice(from + flags.length)
  }
  return result
}

/** Names of the labels that the target stage sets, itself or by the stages that it starts from. A base image's own labels speak of that image and are not among them. */
export function ownLabels(text: string, choice: BuildChoice): string[] {
  const dockerfile = DockerfileParser.parse(text)
  const shipped = shippedStages(dockerfile, choice)
  const starts = dockerfile.getFROMs().map((from) => from.getRange().start.line)
  const labels = dockerfile.getInstructions().filter((instruction) => instruction instanceof Label)
  const own = labels.filter((label) => shipped.has(starts.findLastIndex((line) => line < label.getRange().start.line)))
  return [...new Set(own.flatMap((label) => label.getProperties().map((property) => property.getName())))]
}

/** Ids of the secrets that RUN --mount=type=secret asks for and must have. */
export function requiredSecrets(text: string): Array<{ id: string; line: number }> {
  const mounts = text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/--mount=(\S*type=secret\S*)/g)].map((match) => ({ options: match[1] ?? '', line: index + 1 })),
    )
  return mounts.flatMap(({ options, line }) => {
    const fields = new Map(options.split(',').map((field) => field.split('=', 2) as [string, string | undefined]))
    const id = fields.get('id') ?? fields.get('target')?.split('/').at(-1)
    const required = fields.has('required') && fields.get('required') !== 'false'
    return id !== undefined && required ? [{ id, line }] : []
  })
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
