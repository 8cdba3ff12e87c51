import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { comparison } from '../../suite/comparison.ts'
import { watchMachine } from '../../suite/machine.ts'
import { readTiming, timingPaths, writeTiming } from '../../suite/reports.ts'
import { timedStep } from '../../suite/steps.ts'
import { timingPage } from '../../suite/timing-page.ts'
import { failuresOf, Machine, type Timing } from '../../suite/timing.ts'

const release = 'test/engine/release.test.ts'
const timing: Timing = {
  version: 1,
  tier: 'everyday',
  whole: true,
  started: '2026-11-28T10:00:00.000Z',
  seconds: 1093.2,
  commit: '0123456789abcdef',
  machine: {
    cores: 2,
    processor: 'a processor',
    memoryGiB: 24,
    speed: 0.75,
    load: { start: 0.1, end: 2.3 },
    busy: 0.87,
    stolen: 0.02,
  },
  setUpSeconds: 61,
  steps: [
    { name: 'trivy compile', kind: 'compiling', seconds: 50.5, cached: false },
    { name: 'cosign compile', kind: 'compiling', seconds: 0, cached: true },
    { name: 'engine', kind: 'other', seconds: 4.2, cached: false },
    { name: 'sigstore modules', kind: 'downloading', seconds: 10, cached: false, file: release },
    { name: 'sigstore compile', kind: 'compiling', seconds: 20, cached: false, file: release },
  ],
  files: [
    { file: release, project: 'engine', seconds: 341.1, tests: 8, failed: 1 },
    { file: 'test/unit/slow.test.ts', project: 'unit', seconds: 7, tests: 3, failed: 0 },
    { file: 'test/unit/a.test.ts', project: 'unit', seconds: 1.5, tests: 30, failed: 0 },
    { file: 'test/unit/b.test.ts', project: 'unit', seconds: 2, tests: 12, failed: 0 },
  ],
  slowest: [{ file: release, title: 'release > signs', seconds: 90.4 }],
  passed: 52,
  failed: 1,
  skipped: 0,
  errors: 0,
}

describe('where the time of a run went', () => {
  it('is said by set-up step, file and test, compiling apart from running', () => {
    expect(timingPage(timing)).toBe(`
Where the time went: 18 min 13 s, of it 61.0 s for the set-up.
2 cores (a processor), 24 GiB, 16 MiB compressed in 0.75 s; load 0.1 at the start and 2.3 at the end; processors 87 % busy; 2 % stolen

Set-up
      50.5  trivy compile (compiling)
       4.2  engine

Files
     341.1  test/engine/release.test.ts (8 tests, 1 failed, 30.0 s of it compiling)
       7.0  test/unit/slow.test.ts (3 tests)
       3.5  2 others of unit, side by side (42 tests)

Slowest tests
      90.4  test/engine/release.test.ts > release > signs

`)
  })

  it('is compared with another run, what differs most first', () => {
    const after: Timing = {
      ...timing,
      started: '2026-11-28T11:00:00.000Z',
      seconds: 900,
      setUpSeconds: 10,
      steps: [],
      files: [
        { file: release, project: 'engine', seconds: 170.55, tests: 8, failed: 0 },
        { file: 'test/unit/slow.test.ts', project: 'unit', seconds: 7.2, tests: 3, failed: 0 },
        { file: 'test/unit/new.test.ts', project: 'unit', seconds: 4, tests: 3, failed: 0 },
      ],
    }
    expect(comparison(timing, after).split('\n').slice(5)).toEqual([
      'seconds before     after  ratio',
      '        1093.2     900.0   0.82  everything',
      '          61.0      10.0   0.16  the set-up',
      '          50.5         -      -  trivy compile',
      '          20.0         -      -  sigstore compile for test/engine/release.test.ts',
      '          10.0         -      -  sigstore modules for test/engine/release.test.ts',
      '           4.2         -      -  engine',
      '         341.1     170.6   0.50  test/engine/release.test.ts',
      '             -       4.0      -  test/unit/new.test.ts',
      '           2.0         -      -  test/unit/b.test.ts',
      '           1.5         -      -  test/unit/a.test.ts',
      '',
    ])
  })

  it('is kept in a file, and only the newest of them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'loadline-timings-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const days = Array.from({ length: 22 }, (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}T10:00:00.000Z`)
    const paths = days.map((started) => writeTiming({ ...timing, started }, directory))
    expect(timingPaths(directory)).toEqual(paths.slice(2))
    expect(readTiming(paths.at(-1) ?? '')).toEqual({ ...timing, started: days.at(-1) })
  })
})

describe('a step of the set-up', () => {
  it.each([
    ['trivy compile', 'done', { kind: 'compiling', cached: false }],
    ['trivy modules', 'done', { kind: 'downloading', cached: false }],
    ['the image of trivy push', 'cached', { kind: 'other', cached: true }],
    ['engine', 'failed', { kind: 'other', cached: false }],
  ] as const)('%s, %s, is recorded', (step, state, expected) => {
    expect(timedStep({ step, state, seconds: 1.26, detail: '' })).toEqual({ name: step, seconds: 1.3, ...expected })
  })

  it('is not recorded while it runs', () => {
    expect(timedStep({ step: 'engine', state: 'running', seconds: 20, detail: '' })).toBeUndefined()
  })
})

describe('the number of failed tests', () => {
  const none = { files: [], slowest: [], passed: 3, failed: 0, skipped: 0, errors: 0 }
  it.each([
    ['tests that passed', none, 0],
    ['tests that failed', { ...none, failed: 2 }, 2],
    ['tests that did not run', { ...none, failed: 1, skipped: 4 }, 5],
    ['an error outside of any test', { ...none, errors: 1 }, 1],
    ['no test at all', { ...none, passed: 0 }, 1],
  ])('counts %s', (_what, record, failures) => {
    expect(failuresOf(record)).toBe(failures)
  })
})

it('the machine is described as the report wants it', () => {
  expect(() => Machine.parse(watchMachine()())).not.toThrow()
})
