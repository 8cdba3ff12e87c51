import { z } from 'zod'
import { Digest } from '../../model/index.ts'
import type { Efficiency } from '../inspect/output.ts'
import { readJson } from '../../model/read-json.ts'

const Analysis = z.object({
  layer: z.array(z.object({ index: z.int().min(0), digestId: Digest })).min(1),
  image: z.object({
    sizeBytes: z.int().min(0),
    inefficientBytes: z.int().min(0),
    efficiencyScore: z.number().min(0).max(1),
  }),
})

/** Reads the JSON that dive wrote. Throws `TOOL` when it is empty, truncated or of another form. */
export function parseEfficiency(json: string): Efficiency {
  const { layer, image } = readJson('dive', json, Analysis)
  const layers = layer.toSorted((left, right) => left.index - right.index).map(({ digestId }) => digestId)
  return { efficiency: image.efficiencyScore, wasted: image.inefficientBytes, layers }
}
