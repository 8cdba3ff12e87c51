import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The files whose exports make up a module: every `.ts` and `.mts` file below `src`, as in Dagger's own runtime.
 * @throws when there is none.
 */
export function findSourceFiles(root: string): string[] {
  const folder = join(root, 'src')
  const names = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : []
  const files = names.filter(
    (name) => /\.m?ts$/.test(name) && !name.endsWith('.d.ts') && !name.split('/').includes('node_modules'),
  )
  if (files.length === 0)
    throw new Error(`a TypeScript module needs its code below ${folder}, and there is no .ts file`)
  return files.sort().map((name) => join(folder, name))
}
