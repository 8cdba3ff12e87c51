import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/engine/package-root.ts'

let known: string | undefined

/**
 * A key over the source of every base and of the code that assembles them. These files alone spell what a base is made of,
 * so no change to a definition can be missed; a change to one reassembles all of them.
 */
export function sourceKey(): string {
  known ??= hashSources(join(packageRoot, 'toolchain/bases'))
  return known
}

/** The key of definitions in a separate folder that use this one: a change there reassembles nothing defined here. */
export function sourceKeyOf(folder: string): string {
  return hashSources(folder, sourceKey())
}

function hashSources(folder: string, below = ''): string {
  const hash = createHash('sha256').update(below)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  for (const file of files.sort()) {
    const content = readFileSync(join(folder, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 32)
}
