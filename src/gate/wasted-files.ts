import type { Size } from '../model/index.ts'
import { printable } from '../model/printable.ts'
import { formatBytes } from '../model/units.ts'

/** Of a step that is named beside a file. */
const longestStep = 60

/** The three paths that waste most, each with the steps that write or remove it; empty if none is known. */
export function tellWasted({ wastedFiles = [], layers }: Size): string {
  const said = wastedFiles.slice(0, 3).map(({ path, bytes, layers: places }) => {
    const steps = places.map((place) => printable(layers[place]?.createdBy || 'an unnamed step', longestStep))
    return `${printable(path, 120)} ${formatBytes(bytes)}${steps.length === 0 ? '' : ` (${steps.join(', then ')})`}`
  })
  return said.length === 0 ? '' : `; most by ${said.join('; ')}`
}
