import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { knownSeconds, longestFirst } from '../../suite/longest-first.ts'

it('files are begun by group, the longest first, and those that nobody knows before all', () => {
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
