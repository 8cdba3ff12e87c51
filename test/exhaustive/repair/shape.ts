import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { filesBelow, root } from '../../repo/source-files.ts'

const Shape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** The public repository whose shape it has, with the path of the Dockerfile if that is another one. */
  of: z.string().regex(/^[\w.-]+\/[\w.-]+( [\w./-]+)?$/),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** The bases there, in the order of the stages; here they are those of the nearest version that a sealed network has. */
  was: z.string(),
  /** What differs from the original beside the versions and the code. */
  differs: z.string().optional(),
  /** Where the application answers. */
  port: z.int().min(1).max(65_535),
  path: z.string().startsWith('/'),
  files: z.record(z.string(), z.string()),
})

/** An application with the structure of a public one, and code of its own. */
export type Shape = z.infer<typeof Shape> & { stack: string }

const directory = 'test/fixtures/repair'

/** Every shape, by stack: one file each, named as the stack is. */
export function readShapes(): Shape[] {
  return filesBelow(directory, '.yaml').flatMap((file) => {
    const { stack, shapes } = z
      .strictObject({ stack: z.string(), shapes: z.array(Shape) })
      .parse(parse(readFileSync(join(root, file), 'utf8')))
    return shapes.map((shape) => ({ ...shape, stack }))
  })
}

/** Changes whenever what is built changes. */
export function shapeDigest({ port, path, files }: Shape): string {
  return digestOf(JSON.stringify([port, path, Object.entries(files).toSorted()]))
}

/** The code whose work is measured. */
export const measuredCode = [
  'src/repair',
  'src/bases',
  'pipelines/repair.ts',
  'pipelines/repair-round.ts',
  'pipelines/repair-situation.ts',
  'pipelines/repair-trials.ts',
  'pipelines/rebuild-times.ts',
  'pipelines/try-image.ts',
]

/** Of that code as it was when it was loaded. Changes whenever it changes. */
export const codeDigest = digestOfCode()

function digestOfCode(): string {
  const files = measuredCode.flatMap((path) => (path.endsWith('.ts') ? [path] : filesBelow(path, '.ts')))
  return digestOf(files.map((path) => `${path}\n${readFileSync(join(root, path), 'utf8')}`).join('\n'))
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
