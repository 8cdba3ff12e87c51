import type { Language } from '../application.ts'
import { plainStart, type SourceTree } from '../source-tree.ts'

/** Files and folders that the compiler puts into the program: no image needs them beside it. */
export function builtInPaths(tree: SourceTree, language: Language): string[] {
  if (language !== 'go') return []
  return [...tree.texts].flatMap(([path, text]) => {
    if (!path.endsWith('.go')) return []
    const folder = path.includes('/') ? `${path.slice(0, path.lastIndexOf('/'))}/` : ''
    return [...text.matchAll(/^\/\/go:embed (.+)$/gm)].flatMap(({ 1: patterns = '' }) =>
      patterns
        .split(/\s+/)
        .map((pattern) => plainStart(pattern.replace(/^all:/, ''), /[*?[]/))
        .flatMap((start) => (start === '' ? [] : [`${folder}${start}`])),
    )
  })
}
