import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, read, root } from './source-files.ts'

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')]

describe('the links of the documentation', () => {
  it('lead to files and headings that are there', () => {
    const links = pages.flatMap((page) =>
      [
        ...read(page)
          .replaceAll(/```.*?```/gs, '')
          .matchAll(/\]\(([^)\s]+)\)/g),
      ].map(([, target = '']) => ({ page, target })),
    )
    const broken = links.filter(({ page, target }) => {
      if (/^https?:/.test(target)) return false
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? page : posix.join(dirname(page), file)
      return (
        !existsSync(join(root, path)) ||
        (anchor !== undefined && path.endsWith('.md') && !headingsOf(path).includes(anchor))
      )
    })
    expect(links.length).toBeGreaterThan(50)
    expect(broken).toEqual([])
  })
})

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(path: string): string[] {
  return [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
