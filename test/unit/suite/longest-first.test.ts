import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { root } from '../../repo/source-files.ts'
import { committed, knownSeconds, longestFirst, longFiles } from '../../suite/longest-first.ts'

it('files are started by group, the longest first, and unknown ones before all', () => {
  const files = [
    { name: 'short', group: 1, seconds: 2 },
    { name: 'long', group: 1, seconds: 300 },
    { name: 'without engine', group: 0, seconds: 1 },
    { name: 'new', group: 1, seconds: Number.POSITIVE_INFINITY },
    { name: 'newer', group: 1, seconds: Number.POSITIVE_INFINITY },
  ]
  const ordered = longestFirst(
    files,
    ({ seconds }) => seconds,
    ({ group }) => group,
  )
  expect(ordered.map(({ name }) => name)).toEqual(['without engine', 'new', 'newer', 'long', 'short'])
})

it('a timing that cannot be read changes no order', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-timings-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'broken.json')
  writeFileSync(path, '{"version": 0}')
  expect(knownSeconds([path])).toEqual(knownSeconds([]))
})

it('a checkout in which nothing was measured knows its long files, and names none that is gone', () => {
  const seconds = JSON.parse(readFileSync(committed, 'utf8')) as Record<string, number>
  expect(Object.keys(seconds).filter((file) => !existsSync(join(root, file)))).toEqual([])
  expect(seconds['test/engine/release.test.ts']).toBeGreaterThan(10)
  expect(knownSeconds([])).toEqual(new Map(Object.entries(seconds)))
})

it('what is committed of a run is its long files, by name, so that two of them can be compared', () => {
  const file = (name: string, seconds: number) => ({ file: name, project: 'engine', seconds, tests: 1, failed: 0 })
  const text = longFiles({ files: [file('b', 10), file('a', 71.6), file('short', 9.9)] })
  expect(text).toBe('{\n  "a": 72,\n  "b": 10\n}\n')
})
