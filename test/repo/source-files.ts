import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const left = new Set([
  'node_modules',
  '.git',
  'sdk',
  'loadline-report',
  'test-report',
  'coverage',
  'dist',
  'types',
  '.stryker-tmp',
  '__pycache__',
  '.venv',
])

/** Every file of the repository below a directory, relative to the root, in a stable order. */
export function filesBelow(directory: string, ending = ''): string[] {
  const found: string[] = []
  const visit = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (left.has(entry.name)) continue
      const inner = join(path, entry.name)
      if (entry.isDirectory()) visit(inner)
      else if (entry.isFile() && entry.name.endsWith(ending)) found.push(relative(root, inner).split(sep).join('/'))
    }
  }
  visit(join(root, directory))
  return found.toSorted()
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
