import { describe, expect, it } from 'vitest'
import { graph } from './import-graph.ts'
import { filesBelow, read } from './source-files.ts'

/** Development dependencies that nothing imports, and what they are for. */
const started: Readonly<Record<string, string>> = {
  '@stryker-mutator/core': 'the program of npm run mutation',
  '@stryker-mutator/vitest-runner': 'a plugin of Stryker, named in stryker.config.json',
  '@types/node': 'types of Node',
  '@types/proper-lockfile': 'types of proper-lockfile',
  '@types/semver': 'types of semver',
  oxfmt: 'the formatter',
  oxlint: 'the linter',
}

/** Dependencies that nothing imports, and what they are for. */
const needed: Readonly<Record<string, string>> = {
  typescript: "read by Dagger's own TypeScript runtime, which does not bring it",
}

const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>

/** The package of an import: of `@scope/name/inner` it is `@scope/name`. */
function packageOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/')
}

const shipped = new Set([...graph.values()].flatMap(({ imports }) => imports.map(({ target }) => packageOf(target))))

/** The packages that tests and settings import. */
function importedByTests(): Set<string> {
  const files = [...filesBelow('test', '.ts'), 'vitest.config.ts', 'vitest.mutation.config.ts']
  const written = /(?:\bfrom |\bimport |\bimport\()'([\w@][\w@./-]*)'/g
  return new Set(files.flatMap((path) => [...read(path).matchAll(written)].map(([, name = '']) => packageOf(name))))
}

describe('dependencies', () => {
  it('are imported by what is shipped, or the list says what they are for', () => {
    expect(Object.keys(dependencies).filter((name) => !shipped.has(name))).toEqual(Object.keys(needed))
  })

  it('of development are imported by something, or the list says what they are for', () => {
    const imported = importedByTests()
    const idle = Object.keys(devDependencies).filter((name) => !imported.has(name) && !shipped.has(name))
    expect(idle).toEqual(Object.keys(started))
  })

  it('are all named: what is shipped imports nothing that another package happens to bring', () => {
    const known = [...Object.keys(dependencies), ...Object.keys(devDependencies)]
    // Generated in the runtime's container.
    const made = ['module:files']
    const ours = /^(src|pipelines|ci|toolchain|library\.mjs)$/
    const foreign = [...shipped].filter((name) => !name.startsWith('node:') && !ours.test(name))
    expect(foreign.filter((name) => !known.includes(name) && !made.includes(name))).toEqual([])
  })
})
