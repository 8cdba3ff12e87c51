import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read, root } from './source-files.ts'

const page = read('CONTRIBUTING.md')

/** The blocks of the page that say in which file they stand. */
const blocks = new Map(
  [...page.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(([, path = '', text = '']) => [path, text] as const),
)

/** A test of the copy. */
interface Result {
  title: string
  fullName: string
  status: string
}

/** Where a block goes that is not a whole file: before the rule that stays last, or at the end of a table. */
const places: Readonly<Record<string, RegExp>> = {
  'src/gate/rules.ts': /^ {2}exceptions,$/m,
  'src/policy/rule-facts.ts': /^ {2}exceptions: \{/m,
  'test/unit/gate/rule-examples.ts': /^ {2}exceptions: \{/m,
}

describe('what CONTRIBUTING.md tells', () => {
  it('names files and folders that are there', () => {
    const paths = [...page.matchAll(/`((?:src|ci|pipelines|toolchain|test)\/[\w./-]+)`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(20)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('a rule that is added as CONTRIBUTING.md tells', () => {
  let copy: string
  let results: Result[]

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'loadline-rule-'))
    for (const path of [
      'src',
      'test/unit/gate',
      'test/unit/runs.ts',
      'test/golden/rules',
      'package.json',
      'tsconfig.json',
    ])
      cpSync(join(root, path), join(copy, path), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const [path, text] of blocks) writeFileSync(join(copy, path), added(path, text))
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--update',
        '--reporter=json',
        '--testNamePattern=volumes',
        'test/unit/gate/rules.test.ts',
      ],
      { cwd: copy, encoding: 'utf8', env: { ...process.env, VITEST: '' }, maxBuffer: 100_000_000 },
    )
    if (status !== 0) throw new Error(`${stdout}${stderr}`)
    results = (JSON.parse(stdout) as { testResults: Array<{ assertionResults: Result[] }> }).testResults.flatMap(
      ({ assertionResults }) => assertionResults,
    )
  }, 300_000)

  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  it('is one file, one line in the list, one row of facts and one set of examples', () => {
    expect([...blocks.keys()]).toEqual(['src/gate/rules/volumes.ts', ...Object.keys(places)])
  })

  it('catches what its examples say, and nothing else', () => {
    const own = results.filter(({ fullName }) => fullName.startsWith("'volumes' "))
    expect(own.map(({ status }) => status)).toEqual(Array(own.length).fill('passed'))
    expect(own.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["catches it when 'there is one'", 'judges each example as its golden file says']),
    )
    expect(readFileSync(join(copy, 'test/golden/rules/volumes.yaml'), 'utf8')).toContain('found: /data')
  })

  function added(path: string, text: string): string {
    const place = places[path]
    if (place === undefined) return text
    const before = read(path)
    const at = before.search(place)
    if (at === -1) throw new Error(`expected ${place} in ${path}, where the block of CONTRIBUTING.md goes`)
    // Imports go to the top, wherever the rest goes.
    const imports = text.split('\n').filter((line) => line.startsWith('import '))
    const rest = text.split('\n').filter((line) => !line.startsWith('import '))
    return [...imports, `${before.slice(0, at)}${rest.join('\n')}${before.slice(at)}`].join('\n')
  }
})
