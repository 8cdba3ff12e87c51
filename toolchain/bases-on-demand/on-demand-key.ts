import { join } from 'node:path'
import { packageRoot } from '../../src/engine/package-root.ts'
import { sourceKeyOf } from '../bases/assembly/source-key.ts'

let known: string | undefined

/** A key over the definitions of this folder and all that they use: they change without the bases that every set-up makes being assembled again. */
export function onDemandKey(): string {
  known ??= sourceKeyOf(join(packageRoot, 'toolchain/bases-on-demand'))
  return known
}
