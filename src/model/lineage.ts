import { z } from 'zod'
import { Digest } from './digest.ts'

/** A Dockerfile instruction, without its values, which may be secrets. */
export const Instruction = z.strictObject({
  /** In capitals: `FROM`, `RUN`. */
  keyword: z.string(),
  /** First and last line, counted from 1. */
  line: z.int().min(1),
  lastLine: z.int().min(1),
  /** Name of its stage, or the stage's number. */
  stage: z.string(),
  /** Whether it is in one of the stages that the shipped image is built on; what other stages make is shipped only if copied. */
  shipped: z.boolean(),
  /** What it sets: names of variables, arguments and labels, ports. Empty for every other instruction. */
  names: z.array(z.string()),
})
export type Instruction = z.infer<typeof Instruction>

/** A layer of the built image, and what created it. */
export const LayerOrigin = z.strictObject({
  diffId: Digest,
  /** The instruction, from the image's history, or from the Dockerfile if the history names no file. */
  instruction: z.string(),
  /** Its line in the Dockerfile. Absent if the history is ambiguous. */
  line: z.int().min(1).optional(),
  /** The stage or image that it copies from. */
  copiedFrom: z.string().optional(),
})
export type LayerOrigin = z.infer<typeof LayerOrigin>

/** How the built image was made, by which its findings are attributed. */
export const Lineage = z.strictObject({
  /**
   * Diff IDs of the image that the shipped stages start from, as that image itself lists them, lowest first; empty for
   * scratch. Absent if they could not be read.
   */
  base: z.array(Digest).optional(),
  /** Why they could not be read. */
  baseUnknown: z.string().optional(),
  /** Every layer of the built image, lowest first, including the base's. */
  layers: z.array(LayerOrigin),
  /** In the order of the Dockerfile. */
  instructions: z.array(Instruction),
})
export type Lineage = z.infer<typeof Lineage>
