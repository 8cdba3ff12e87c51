import { existsSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, read, root } from './source-files.ts'

/** Whoever clones the repository fetches every picture, whether they look at it or not. */
const largest = 250_000

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')]
const shown = pages.flatMap((page) =>
  [...read(page).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, alt = '', target = '']) => ({
    page,
    alt,
    path: posix.join(dirname(page), target),
  })),
)
const pictures = filesBelow('docs/pictures')

describe('the pictures of the documentation', () => {
  it('are there, and every one is shown somewhere', () => {
    expect(pictures.length).toBeGreaterThan(0)
    expect(shown.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
    expect([...new Set(shown.map(({ path }) => path))].toSorted()).toEqual(pictures)
  })

  it('are told in words to those who do not see them', () => {
    expect(shown.filter(({ alt }) => alt.length < 40)).toEqual([])
    const silent = pictures.filter(
      (path) => path.endsWith('.svg') && !/role="img" aria-label="[^"]{40,}"/.test(read(path)),
    )
    expect(silent).toEqual([])
  })

  it('are small', () => {
    expect(pictures.filter((path) => statSync(join(root, path)).size > largest)).toEqual([])
  })

  it('run no script and fetch nothing', () => {
    const active = pictures.filter(
      (path) =>
        path.endsWith('.svg') && /<(script|image|foreignObject|style|use|a)\b|\son\w+=|href|url\(/.test(read(path)),
    )
    expect(active).toEqual([])
  })
})
