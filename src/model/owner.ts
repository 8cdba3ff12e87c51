import { z } from 'zod'
import type { Base } from './evidence.ts'
import type { Instruction, Lineage } from './lineage.ts'

/**
 * Who owns a finding: who can fix it, and whose thresholds apply. `base`: a layer of the base image added it;
 * `application`: the shipped stages of the Dockerfile did; `build`: it is in a stage that is not shipped itself;
 * `unknown`: it could not be determined, so the strictest thresholds of all apply.
 */
export const Owner = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('base'),
    /** The base, fully spelled. */
    reference: z.string(),
    /** Line of its FROM. */
    line: z.int().min(1),
  }),
  z.strictObject({
    kind: z.literal('application'),
    /** What added it. A value may be a secret, so this is only what the history shows, or names. */
    instruction: z.string(),
    /** Its line in the Dockerfile, if that is certain. */
    line: z.int().min(1).optional(),
    /** The stage or image that it was copied from. */
    copiedFrom: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('build'), stage: z.string(), line: z.int().min(1) }),
  z.strictObject({ kind: z.literal('unknown') }),
])
export type Owner = z.infer<typeof Owner>

/** Finds owners in one image's evidence. An undetermined owner is unknown, never the base. */
export interface Owners {
  /** Whether the image starts from another one; false for scratch, and if that is unknown. */
  hasBase: boolean
  /** The owner of what a layer added, by its diff ID. */
  ofLayer(diffId: string | undefined): Owner
  /** The owner of a line of the Dockerfile. */
  ofLine(line: number | undefined): Owner
  /** The owner of a setting in the image's configuration: the last shipped instruction with this keyword that sets the name. */
  ofSetting(keyword: string, name?: string): Owner
}

const unknown: Owner = { kind: 'unknown' }

/** The owners of an image's parts. Without evidence about the base, all are unknown. */
export function ownersOf(base: Base | undefined): Owners {
  const lineage = base?.lineage
  if (base === undefined || lineage === undefined)
    return { hasBase: false, ofLayer: () => unknown, ofLine: () => unknown, ofSetting: () => unknown }
  const layers = layerOwners(base, lineage)
  return {
    hasBase: lineage.base !== undefined && lineage.base.length > 0,
    ofLayer: (diffId) => (diffId === undefined ? unknown : (layers.get(diffId) ?? unknown)),
    ofLine: (line) => (line === undefined ? unknown : lineOwner(lineage.instructions, line)),
    ofSetting: (keyword, name) => {
      const setter = lineage.instructions.findLast(
        (instruction) =>
          instruction.shipped &&
          instruction.keyword === keyword &&
          (name === undefined || instruction.names.includes(name)),
      )
      return setter === undefined
        ? unknown
        : { kind: 'application', instruction: name === undefined ? keyword : `${keyword} ${name}`, line: setter.line }
    },
  }
}

/** The layers are the base's as far as the base's own list goes; if the two lists diverge, it is unknown where the base ends. */
function layerOwners(base: Base, { base: below, layers }: Lineage): Map<string, Owner> {
  const from = base.images.find(({ final }) => final)
  const owners = new Map<string, Owner>()
  if (
    below === undefined ||
    from?.location.line === undefined ||
    (below.length === 0) !== (from.pinnedBy === 'scratch') ||
    below.some((diffId, index) => layers[index]?.diffId !== diffId)
  )
    return owners
  const baseOwner: Owner = { kind: 'base', reference: from.reference, line: from.location.line }
  layers.forEach(({ diffId, instruction, line, copiedFrom }, index) => {
    const owner: Owner =
      index < below.length
        ? baseOwner
        : {
            kind: 'application',
            instruction,
            ...(line === undefined ? {} : { line }),
            ...(copiedFrom === undefined ? {} : { copiedFrom }),
          }
    // Two layers with the same content have the same diff ID.
    owners.set(
      diffId,
      owners.has(diffId) && JSON.stringify(owners.get(diffId)) !== JSON.stringify(owner) ? unknown : owner,
    )
  })
  return owners
}

/** Comments belong to the stage that they are in, and those before the first FROM apply to every stage. */
function lineOwner(instructions: readonly Instruction[], line: number): Owner {
  const at = instructions.findLast((instruction) => instruction.line <= line)
  const stage = at ?? instructions[0]
  if (stage === undefined) return unknown
  if (at !== undefined && !at.shipped) return { kind: 'build', stage: at.stage, line }
  return { kind: 'application', instruction: at !== undefined && line <= at.lastLine ? at.keyword : 'Dockerfile', line }
}

/** An owner in a few words: `base docker.io/library/python:3.11`, `COPY --from=build /app /app (line 14)`, `build stage test (line 3)`. */
export function describeOwner(owner: Owner): string {
  const at = 'line' in owner && owner.line !== undefined ? ` (line ${owner.line})` : ''
  switch (owner.kind) {
    case 'base':
      return `base ${owner.reference}`
    case 'application':
      return `${owner.instruction}${at}`
    case 'build':
      return `build stage ${owner.stage}${at}`
    case 'unknown':
      return 'unknown owner'
  }
}
