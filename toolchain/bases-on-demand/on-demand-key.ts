import { join } from 'node:path'
import { packageRoot } from '../../src/engine/package-root.ts'
import { sourceKeyOf } from '../bases/assembly/source-key.ts'

let known: string | undefined

/**
 * A key over the definitions in this folder and everything they use, so that changing one does not reassemble the bases
 * that every set-up makes.
 */
export function onDemandKey(): string {
  known ??= sourceKeyOf(join(packageRoot, 'toolchain/bases-on-demand'))
  return known
}
