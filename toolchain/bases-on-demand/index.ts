import type { BaseImage } from '../image.ts'
import { javaRuntime } from './java-runtime.ts'
import { maven } from './maven.ts'
import { nodeFull } from './node-full.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { rust } from './rust.ts'

/** Images that the sealed mode can substitute but most applications do not need: assembled when the first source names one. */
export const basesOnDemand: BaseImage[] = [maven, nodeFull, ...javaRuntime, rust, postgres, redis]

/** The names of the bases that substitute any of these references. */
export function namesOnDemand(references: readonly string[]): string[] {
  return basesOnDemand
    .filter((base) => base.references.some((reference) => references.includes(reference)))
    .map(({ name }) => name)
}
