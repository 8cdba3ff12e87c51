import { z } from 'zod'
import { Digest, Platform } from '../../model/index.ts'
import { DeliveryError } from '../../model/errors.ts'
import { readJson } from '../../model/read-json.ts'

const line = z.int().min(0)
const index = z.int().min(-1)

/** Why a Dockerfile is not built. `line` is 0 if unknown. */
const Refusal = z.strictObject({ line, found: z.string(), remedy: z.string() })

/** An external image, where the Dockerfile names it. */
const Image = z.strictObject({
  kind: z.enum(['from', 'copy', 'mount']),
  stage: index,
  line,
  /** Byte offsets: of the reference for FROM, of the whole flag otherwise. */
  start: z.int().min(0),
  end: z.int().min(0),
  /** With build arguments expanded. */
  written: z.string(),
  /** Registry, repository and tag, fully spelled; `scratch` for the empty image. */
  reference: z.string(),
  /** What BuildKit requests from the registry: the reference, with the digest if one is written. */
  asked: z.string(),
  digest: Digest.optional(),
  /** The stage that starts from it. */
  platform: z.string(),
  /** Whether the shipped image is made from it. */
  shipped: z.boolean(),
})

const Instruction = z.strictObject({
  keyword: z.string(),
  line,
  lastLine: line,
  /** Number of its stage, -1 before the first FROM. */
  stage: index,
  flags: z.array(z.string()),
  /** As parsed, before variables are expanded. */
  words: z.array(z.string()),
  /** Whether the words were written as a JSON array. */
  json: z.boolean(),
  heredocs: z.int().min(0),
  /** Variables, arguments and labels that it sets, ports that it exposes. */
  names: z.array(z.string()),
})

/** The result of a Dockerfile on one platform. */
const OnPlatform = z.strictObject({
  platform: Platform,
  target: index,
  reached: z.array(index),
  shipped: z.array(index),
  images: z.array(Image),
  caches: z.array(z.strictObject({ id: z.string(), line })),
  secrets: z.array(
    z.strictObject({
      id: z.string(),
      path: z.string().optional(),
      variable: z.string().optional(),
      required: z.boolean(),
      line,
    }),
  ),
  downloads: z.array(z.strictObject({ address: z.string(), verified: z.boolean(), line })),
  /** Names of the labels that the Dockerfile sets on the image. */
  labels: z.array(z.string()),
})

/** The output of `dockerfile read`, version 1. If something is refused, platforms can be missing. */
const Reading = z.strictObject({
  schemaVersion: z.literal(1),
  escape: z.string(),
  directives: z.array(z.strictObject({ name: z.string(), value: z.string(), line })),
  /** Comments that may silence the linter. */
  pragmas: z.array(z.strictObject({ line, text: z.string() })),
  /** `# check=` directives that disable build checks; `all` means every one. */
  silenced: z.array(z.strictObject({ rules: z.array(z.string()), line })),
  stages: z.array(z.strictObject({ name: z.string(), line })),
  instructions: z.array(Instruction),
  platforms: z.array(OnPlatform),
  refusals: z.array(Refusal),
})

/** A Dockerfile as BuildKit reads it. */
export type DockerfileReading = Omit<z.infer<typeof Reading>, 'refusals'>
export type ReadImage = z.infer<typeof Image>

const Preparation = z.strictObject({
  schemaVersion: z.literal(1),
  dockerfiles: z.array(z.strictObject({ platform: Platform, text: z.string(), withheld: z.boolean() })),
  checks: z.array(
    z.strictObject({
      rule: z.string(),
      message: z.string(),
      about: z.string(),
      url: z.url().optional(),
      line,
      lastLine: line,
    }),
  ),
  refusals: z.array(Refusal),
})

/** A Dockerfile ready to build for each platform, and the results of BuildKit's checks for the original. */
export type DockerfilePreparation = Omit<z.infer<typeof Preparation>, 'refusals'>

/**
 * Reads the JSON of `dockerfile read`. Throws `SOURCE` with the line if the Dockerfile is refused, and `TOOL` if the
 * JSON is empty, truncated or of a different form. If it is not built here, what only this engine cannot build is
 * ignored: then it could be read to its end.
 */
export function parseReading(
  stdout: string,
  path: string,
  { platforms, isBuilt }: { platforms: readonly Platform[]; isBuilt: boolean },
): DockerfileReading {
  const { refusals, ...reading } = readJson('dockerfile', stdout, Reading)
  if (isBuilt || reading.platforms.length < platforms.length) refuse(path, refusals)
  return reading
}

/** Reads the JSON of `dockerfile prepare`. Throws as `parseReading` does. */
export function parsePreparation(
  stdout: string,
  path: string,
  { isBuilt }: { isBuilt: boolean },
): DockerfilePreparation {
  const { refusals, ...preparation } = readJson('dockerfile', stdout, Preparation)
  if (isBuilt) refuse(path, refusals)
  return preparation
}

/** Describes the first refusal in full, and gives the lines of the others. */
function refuse(path: string, refusals: ReadonlyArray<z.infer<typeof Refusal>>): void {
  const [first, ...others] = refusals
  if (first === undefined) return
  const more = others.length === 0 ? '' : `; and ${others.map(tellRefusal).join('; ')}`
  throw new DeliveryError('SOURCE', `${path} ${tellRefusal(first)}${more}`, first.remedy)
}

function tellRefusal({ line: where, found }: z.infer<typeof Refusal>): string {
  return where === 0 ? found : `line ${where}: ${found}`
}
