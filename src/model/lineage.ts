import { z } from 'zod'
import { Digest } from './digest.ts'

/** An instruction of the Dockerfile, without its values: they may be secrets. */
export const Instruction = z.strictObject({
  /** In capitals: `FROM`, `RUN`. */
  keyword: z.string(),
  /** First and last line, counted from 1. */
  line: z.int().min(1),
  lastLine: z.int().min(1),
  /** Name of its stage, or the stage's number. */
  stage: z.string(),
  /** True in the stages that the shipped image is made of, one on the other; what other stages make is shipped only where it is copied. */
  shipped: z.boolean(),
  /** What it sets: names of variables, arguments and labels, ports. Empty for every other instruction. */
  names: z.array(z.string()),
})
export type Instruction = z.infer<typeof Instruction>

/** A layer of the built image, and what made it. */
export const LayerOrigin = z.strictObject({
  diffId: Digest,
  /** The instruction, as the image's history tells it, or as the Dockerfile does where the history names no file. */
  instruction: z.string(),
  /** Its line in the Dockerfile. Absent where the history can be read in more than one way. */
  line: z.int().min(1).optional(),
  /** The stage or image that it copies from. */
  copiedFrom: z.string().optional(),
})
export type LayerOrigin = z.infer<typeof LayerOrigin>

/** How the built image came about: what its findings are attributed by. */
export const Lineage = z.strictObject({
  /** Diff ids of the image that the shipped stages start from, as that image itself lists them, lowest first; empty for scratch. Absent where they could not be had. */
  base: z.array(Digest).optional(),
  /** Why they could not. */
  baseUnknown: z.string().optional(),
  /** Every layer of the built image, lowest first, the base's included. */
  layers: z.array(LayerOrigin),
  /** In the order of the Dockerfile. */
  instructions: z.array(Instruction),
})
export type Lineage = z.infer<typeof Lineage>
