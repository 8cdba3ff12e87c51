import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BaseComparison } from '../../src/bases/index.ts'
import { loadline, scratch } from './command-line.ts'

describe('loadline bases', () => {
  it('measures the application on each base that can be had, says why it has no others, and writes the decision', async () => {
    const output = scratch()
    const ended = await loadline(['bases', 'examples/go-service', '--output', output, '--json'])
    expect(ended.exitCode, ended.stderr).toBe(0)
    const comparison = BaseComparison.parse(JSON.parse(ended.stdout))
    expect(comparison).toEqual(JSON.parse(readFileSync(join(output, 'bases.json'), 'utf8')))
    const rows = Object.fromEntries(comparison.rows.map((row) => [row.form, row]))
    expect(Object.keys(rows).toSorted()).toEqual(['alpine', 'distroless', 'full', 'hardened', 'slim'])
    expect(rows['distroless']).toMatchObject({
      status: 'measured',
      isCurrent: true,
      measures: {
        shells: [],
        packageManagers: [],
        system: expect.stringMatching(/^debian 12/),
        endOfLife: '2028-06-30',
        startSeconds: expect.any(Number),
      },
    })
    expect(rows['slim']).toMatchObject({
      status: 'measured',
      measures: {
        libc: 'glibc',
        packageManagers: expect.arrayContaining([expect.stringContaining('apt')]),
        startSeconds: expect.any(Number),
      },
    })
    for (const form of ['alpine', 'hardened'])
      expect(rows[form]).toMatchObject({ status: 'not-available', reason: expect.stringContaining('no substitute') })
    expect(comparison.decision?.reference).toBe('gcr.io/distroless/static-debian12:nonroot')
    expect(readFileSync(join(output, 'bases.md'), 'utf8')).toContain(
      'Build on gcr.io/distroless/static-debian12:nonroot',
    )
  })
})
