import { fileURLToPath } from 'node:url'
import { sourceKeyOf } from '../bases/assembly/source-key.ts'

let known: string | undefined

/** A key over the definitions of this folder and all that they use: they change without the bases that every set-up makes being assembled again. */
export function onDemandKey(): string {
  known ??= sourceKeyOf(fileURLToPath(new URL('.', import.meta.url)))
  return known
}
