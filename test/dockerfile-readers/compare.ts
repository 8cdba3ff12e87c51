import { DeliveryError } from '../../src/model/errors.ts'
import type { Dockerfile, Step } from '../../src/formats/dockerfile/dockerfile.ts'
import { parseDockerfile } from '../../src/formats/dockerfile/parse-dockerfile.ts'
import { isUnknown } from '../../src/formats/unknown-value.ts'
import type { Answer, Question } from './answers.ts'

type Reading = Extract<Answer, { instructions: unknown }>

/** How two readers stand to each other. `unread`: the reader without an engine says that it cannot read what BuildKit reads; `refused`: BuildKit builds nothing of it. */
export type Outcome = 'agrees' | 'unread' | 'refused' | { difference: string }

/** Holds the reader that needs no engine to what BuildKit reads: it may say that it does not know, and must not say anything else. */
export function compareReadings(question: Question, answer: Answer): Outcome {
  const own = ownReading(question)
  if (own === undefined) return answer.refused === undefined ? 'unread' : 'refused'
  if (answer.refused !== undefined) return 'refused'
  const difference = firstDifference(own, answer)
  return difference === undefined ? 'agrees' : { difference }
}

/** What the reader that needs no engine reads: undefined if it refuses; any other error than its own is a crash. */
export function ownReading({ text, buildArgs, target }: Question): Dockerfile | undefined {
  try {
    return parseDockerfile(text, { buildArgs, ...(target === '' ? {} : { target }) })
  } catch (error) {
    if (error instanceof DeliveryError && error.code === 'SOURCE') return undefined
    throw error
  }
}

function firstDifference(own: Dockerfile, built: Reading): string | undefined {
  return (
    inInstructions(own, built) ??
    inStages(own, built) ??
    inImages(own, built) ??
    inUser(own, built) ??
    inEnvironment(own, built)
  )
}

const differs = (what: string, own: unknown, built: unknown) =>
  JSON.stringify(own) === JSON.stringify(built)
    ? undefined
    : `${what}: ${JSON.stringify(own)}, and BuildKit ${JSON.stringify(built)}`

function inInstructions({ steps }: Dockerfile, { instructions }: Reading): string | undefined {
  const places = differs(
    'instructions',
    steps.map(({ keyword, line, stage, onBuild }) => [onBuild ? 'ONBUILD' : keyword, line, stage]),
    instructions.map(({ keyword, line, stage }) => [keyword, line, stage]),
  )
  if (places !== undefined) return places
  for (const [index, built] of instructions.entries()) {
    const own = steps[index]
    if (own === undefined || built.keyword === 'ONBUILD') continue
    const difference = inInstruction(own, built)
    if (difference !== undefined) return `line ${built.line}, ${difference}`
  }
  return undefined
}

function inInstruction(own: Step, built: Reading['instructions'][number]): string | undefined {
  return (
    differs('here-documents', own.heredocs.length, built.heredocs) ??
    differs(
      'flags',
      own.flags.map(({ name }) => name),
      built.flags.map((flag) => /^--([^=]*)/.exec(flag)?.[1]?.toLowerCase()),
    ) ??
    differs(
      'values of flags',
      own.flags.map(({ value }) => value).filter((_, index) => !/\$/.test(built.flags[index] ?? '')),
      built.flags.filter((flag) => !flag.includes('$')).map((flag) => flag.replace(/^--[^=]*=?/, '')),
    ) ??
    (built.json && /^(RUN|CMD|ENTRYPOINT|COPY|ADD|VOLUME)$/.test(built.keyword)
      ? differs('words', own.words, built.words)
      : undefined) ??
    (/^(ENV|ARG|LABEL)$/.test(built.keyword) && !built.names.some((name) => /[$"'\\]/.test(name))
      ? differs(
          'names',
          own.properties.map(({ name }) => name),
          built.names,
        )
      : undefined)
  )
}

/** The stages that ship. Where only the platform decides, those of every platform count. */
function inStages({ steps, images }: Dockerfile, { shipped }: Reading): string | undefined {
  const own = [...new Set(steps.filter((step) => step.shipped).map(({ stage }) => stage))]
  const missing = shipped.filter((stage) => !own.includes(stage))
  if (missing.length > 0) return differs('shipped stages', own, shipped)
  const byPlatform =
    steps.some(({ keyword, text }) => keyword === 'FROM' && text.includes('$')) ||
    images.some(({ reference }) => isUnknown(reference))
  return byPlatform ? undefined : differs('shipped stages', own, shipped)
}

function inImages({ steps, images }: Dockerfile, { images: built, reached }: Reading): string | undefined {
  const stageAt = (line: number) => steps.find((step) => step.line === line)?.stage ?? -1
  for (const image of built) {
    const same = images.filter(({ line }) => line === image.line)
    const found =
      same.find(({ reference }) => reference === image.written) ?? same.find(({ reference }) => isUnknown(reference))
    if (found === undefined)
      return differs(
        `images of line ${image.line}`,
        same.map(({ reference }) => reference),
        image.written,
      )
    if (found.final !== image.shipped && !isUnknown(found.reference))
      return differs(`the image of line ${image.line} ships`, found.final, image.shipped)
  }
  const more = images.filter(
    ({ line, reference }) =>
      reached.includes(stageAt(line)) &&
      reference !== 'scratch' &&
      !isUnknown(reference) &&
      !built.some((image) => image.line === line && image.written === reference),
  )
  return more.length > 0
    ? differs(
        'more images',
        more.map(({ reference, line }) => [line, reference]),
        [],
      )
    : undefined
}

function inUser({ steps }: Dockerfile, { user, shipped }: Reading): string | undefined {
  const own = steps.findLast((step) => step.shipped && !step.onBuild && step.keyword === 'USER')
  if (own !== undefined && (!shipped.includes(own.stage) || isUnknown(own.text))) return undefined
  return differs('user', own?.text ?? '', user)
}

function inEnvironment({ steps }: Dockerfile, { environment, shipped }: Reading): string | undefined {
  const set = new Map(
    steps
      .filter((step) => step.shipped && shipped.includes(step.stage) && !step.onBuild && step.keyword === 'ENV')
      .flatMap(({ properties }) => properties.map(({ name, value }) => [name, value] as const)),
  )
  if ([...set.keys()].some(isUnknown)) return undefined
  for (const variable of environment ?? []) {
    const equals = variable.indexOf('=')
    const [name, value] = [variable.slice(0, equals), variable.slice(equals + 1)]
    const own = set.get(name)
    set.delete(name)
    if (own === undefined && name === 'PATH') continue
    if (own === undefined || (own !== value && !isUnknown(own))) return differs(`the variable ${name}`, own, value)
  }
  return set.size > 0 ? differs('variables', [...set], []) : undefined
}

/** Holds all of them, and says how often each outcome was; a difference is told with its Dockerfile. */
export function compareAll(
  questions: readonly Question[],
  answers: readonly Answer[],
): { agrees: number; unread: number; refused: number; differences: string[] } {
  const counted = { agrees: 0, unread: 0, refused: 0, differences: [] as string[] }
  for (const [index, answer] of answers.entries()) {
    const question = questions[index]
    if (question === undefined) throw new Error(`answer ${index} has no question`)
    const outcome = compareReadings(question, answer)
    if (typeof outcome === 'string') counted[outcome]++
    else counted.differences.push(`${outcome.difference}, in ${JSON.stringify(question)}`)
  }
  return counted
}
