import { z } from 'zod'
import { compareText, Digest } from '../../model/index.ts'
import type { Efficiency } from '../inspect/output.ts'
import { readJson } from '../../model/read-json.ts'

const Layer = z.object({
  index: z.int().min(0),
  // Dive takes it from the image's history, which an image need not have.
  digestId: z.union([Digest, z.literal('')]),
  fileList: z.array(z.object({ path: z.string() })).nullable(),
})

const Analysis = z.object({
  layer: z.array(Layer),
  image: z.object({
    sizeBytes: z.int().min(0),
    inefficientBytes: z.int().min(0),
    efficiencyScore: z.number().min(0).max(1),
    fileReference: z.array(z.object({ count: z.int().min(0), sizeBytes: z.int().min(0), file: z.string() })).nullable(),
  }),
})

/** How many of the files that waste most are named. */
const mostFiles = 10

/** Reads the JSON that dive wrote. Throws `TOOL` if it is empty, truncated or of a different form. */
export function parseEfficiency(json: string): Efficiency {
  const { layer, image } = readJson('dive', json, Analysis)
  const inOrder = layer.toSorted((left, right) => left.index - right.index)
  const files = (image.fileReference ?? [])
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .toSorted((left, right) => right.sizeBytes - left.sizeBytes || compareText(left.file, right.file))
    .slice(0, mostFiles)
  return {
    efficiency: image.efficiencyScore,
    wasted: image.inefficientBytes,
    wastedFiles: files.map(({ file, sizeBytes }) => ({
      path: file,
      bytes: sizeBytes,
      layers: touching(file, inOrder),
    })),
    layers: inOrder.map(({ digestId }) => digestId || undefined),
  }
}

/** Indexes, from 0, of the layers that write or remove a path. Within a layer a removal is a separate file: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function touching(path: string, layers: ReadonlyArray<z.infer<typeof Layer>>): number[] {
  const written = path.replace(/^\/+/, '')
  const removed = written.replace(/(?<=^|\/)[^/]+$/, '.wh.$&')
  return layers.flatMap(({ fileList }, index) =>
    (fileList ?? []).some((entry) => entry.path === written || entry.path === removed) ? [index] : [],
  )
}
