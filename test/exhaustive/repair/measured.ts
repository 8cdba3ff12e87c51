import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../../repo/source-files.ts'
import { codeDigest, shapeDigest, type Shape } from './shape.ts'

const answer = z.union([z.literal(true), z.string()])

/** Whether an image answers where the shape says that it does; otherwise why not. */
const Answers = z.strictObject({ plain: answer, hardened: answer })
export type Answers = z.infer<typeof Answers>

/** One image, as it was given or repaired. Sizes are in bytes. What could not be found out is absent. */
const Side = z.strictObject({
  outcome: z.string(),
  /** The rules that say no. */
  no: z.array(z.string()),
  /** IDs of the first violations of each of them. */
  found: z.record(z.string(), z.array(z.string())),
  answers: Answers,
  unpacked: z.int().optional(),
  findings: z.int().optional(),
  packages: z.int().optional(),
  /** Seconds to build it again after one changed line. */
  rebuild: z.number().optional(),
})
export type Side = z.infer<typeof Side>

const Measured = z.strictObject({
  shape: z.string(),
  shapeDigest: z.string(),
  codeDigest: z.string(),
  /** Day of the measurement, UTC. */
  day: z.iso.date(),
  seconds: z.int(),
  before: Side,
  after: Side,
  kept: z.array(z.string()),
  dropped: z.array(z.strictObject({ repair: z.string(), why: z.string() })),
  remains: z.array(z.strictObject({ rule: z.string(), text: z.string() })),
})

/** What `loadline repair` made of a shape. */
export type Measured = z.infer<typeof Measured>

const file = join(root, 'test/exhaustive/repair-measured.json')

/** Every measurement on record, in the order of their names. */
export function readMeasured(): Measured[] {
  return existsSync(file) ? z.array(Measured).parse(JSON.parse(readFileSync(file, 'utf8'))) : []
}

/** Puts a measurement on record, in place of an earlier one of the same shape. */
export function writeMeasured(measured: Measured): void {
  const others = readMeasured().filter(({ shape }) => shape !== measured.shape)
  const all = [...others, measured].toSorted((left, right) => (left.shape < right.shape ? -1 : 1))
  writeFileSync(`${file}.new`, `${JSON.stringify(all, null, 1)}\n`)
  renameSync(`${file}.new`, file)
}

/** The measurement of this shape by the code as it is; undefined if there is none. */
export function measuredOf(shape: Shape): Measured | undefined {
  const found = readMeasured().find((one) => one.shape === shape.name)
  return found?.shapeDigest === shapeDigest(shape) && found.codeDigest === codeDigest ? found : undefined
}
