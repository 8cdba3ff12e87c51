import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/index.ts'
import { filesBelow, read } from './source-files.ts'

const schema = 'schema/loadline-policy.schema.json'
const policyFiles = [...filesBelow('pipelines/policies', '.yaml'), ...filesBelow('examples', 'loadline.yaml')]

/** The moment from which the life of the examples' exceptions is measured: the day on which they were written. */
const written = new Date('2026-11-20T00:00:00Z')

describe('the policy files of this repository', () => {
  it('are found', () => {
    expect(policyFiles.length).toBeGreaterThanOrEqual(7)
  })

  it.each(policyFiles)('%s tells editors where the schema is, and the schema is there', (path) => {
    const [, target] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path)) ?? []
    expect(posix.normalize(posix.join(posix.dirname(path), target ?? ''))).toBe(schema)
    expect(JSON.parse(read(schema))).toMatchObject({ title: 'Loadline policy' })
  })

  it.each(policyFiles)('%s is read by the loader', (path) => {
    expect(loadPolicy(read(path), path, written).version).toBe(1)
  })
})
