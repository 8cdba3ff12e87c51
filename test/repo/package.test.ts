import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ownTools } from '../../src/tools/images.ts'
import { root } from './source-files.ts'

/** What `npm pack` would put into the package. What a build makes for it (`dist/program`, `types`) is in it only where it was built; test/engine/library.test.ts looks at the whole. */
function packed(): Array<{ path: string; size: number }> {
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(printed) as [{ files: Array<{ path: string; size: number }> }]
  return files
}

describe('the npm package', () => {
  const files = packed()
  const written = files.filter(({ path }) => !/^(dist\/program|types)\//.test(path))

  it('has the command, the library, the sources of the own programs and the templates of scaffolds, and nothing else', () => {
    const rooms = [...new Set(written.map(({ path }) => /^(?:src\/scaffold\/templates|[^/]+)/.exec(path)?.[0]))]
    expect(rooms.toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'ci',
      'library.mjs',
      'package.json',
      'programs',
      'src/scaffold/templates',
    ])
    const forDevelopers =
      /(^|\/)(node_modules|tests?|testdata|fixtures|golden|toolchain)\/|_test\.go$|\.(test\.\w+|png|svg|tgz|tar|exe|so)$/
    // The library's declarations name types of the sealed toolchain; there is none of its code.
    const others = files.filter(({ path }) => !/^types\/toolchain\/.+\.d\.ts$/.test(path))
    expect(others.filter(({ path }) => forDevelopers.test(path))).toEqual([])
  })

  it('has the sources of every program of its own, from which its image is made where none is to be had', () => {
    const lacking = Object.values(ownTools).filter(
      ({ source }) => !files.some(({ path }) => path === `${source}/main.go`),
    )
    expect(lacking).toEqual([])
  })

  it('is small: what is written by hand has less than a megabyte before it is packed', () => {
    expect(written.length).toBeGreaterThan(50)
    expect(written.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1_000_000)
  })
})
