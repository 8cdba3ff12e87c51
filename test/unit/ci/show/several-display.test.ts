import { PassThrough } from 'node:stream'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { plainSeveral, sourceLines, type SourceProgress } from '../../../../ci/show/several-display.ts'
import type { ProgressEvent } from '../../../../src/engine/progress.ts'

const started = (stage: ProgressEvent['stage'], step = ''): [string, ProgressEvent] => [
  `${stage} ${step}`,
  { stage, step, state: 'started' },
]
const picture = (...sources: SourceProgress[]) => sourceLines(sources, 12_300, '*', pc.createColors(false))

describe('the display of several sources', () => {
  it('has one line for each, which says how far it has come', () => {
    expect(
      picture(
        { name: 'orders', since: 0, running: new Map([started('build', 'linux/amd64')]) },
        {
          name: 'billing-api',
          since: 2_300,
          running: new Map([started('lint'), started('evidence', 'secrets'), started('evidence', 'size')]),
        },
        { name: 'mail', since: 100, running: new Map(), ended: { outcome: 'rejected', at: 5_100 } },
        { name: 'web', since: 300, running: new Map(), ended: { outcome: 'passed', at: 5_300 } },
        { name: 'search', since: 4_300, running: new Map() },
        { name: 'images', running: new Map() },
      ).split('\n'),
    ).toEqual([
      '  * orders        12.3 s  build: linux/amd64',
      '  * billing-api   10.0 s  evidence: 2 steps',
      '  ✗ mail           5.0 s  rejected',
      '  ✓ web            5.0 s  passed',
      '  · search         8.0 s  waiting for the others',
      '  · images                waits',
    ])
  })

  it('names the source on each line of a log, and lets no text of an image pose as a command', () => {
    const stream = new PassThrough()
    const display = plainSeveral(stream)
    display.progress('orders')({ stage: 'lint', step: '', state: 'started' })
    display.progress('orders')({
      stage: 'build',
      step: 'linux/amd64',
      state: 'finished',
      seconds: 1.26,
      detail: 'sha256:1\n::set-output name=verdict::passed',
    })
    display.progress('billing')({ stage: 'evidence', step: 'secrets', state: 'failed', seconds: 2 })
    display.ended('billing', 'undecided')
    expect(String(stream.read())).toBe(
      'orders: build: linux/amd64 done in 1.3 s (sha256:1 ::set-output name=verdict::passed)\nbilling: evidence: secrets failed in 2.0 s\nbilling: undecided\n',
    )
  })
})
