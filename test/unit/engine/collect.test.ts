import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { Undecided } from '../../../src/model/index.ts'
import { collect } from '../../../src/engine/collect.ts'
import type { ReadyTool } from '../../../src/engine/tool-image.ts'

const identity = { name: 'trivy', version: '0.72.0', reference: 'registry.example/trivy' }
// Only the identity is looked at: no collector runs here.
const tool = async () => ({ identity }) as ReadyTool

describe('a collector', () => {
  it('returns what it found, with the tool', async () => {
    expect(await collect({ wanted: 'findings', tool }, async () => ['one'])).toEqual({
      status: 'collected',
      tool: identity,
      value: ['one'],
    })
  })

  it.each([
    [
      'the tool is not pinned',
      async () => {
        throw new DeliveryError('LOCK', 'the lock file does not pin trivy', 'Run "loadline lock".')
      },
      async () => [],
      'the lock file does not pin trivy',
      'Run "loadline lock".',
    ],
    [
      'its output cannot be read',
      tool,
      async () => {
        throw new DeliveryError('TOOL', 'trivy printed nothing', 'Run again.')
      },
      'trivy printed nothing',
      'Run again.',
    ],
    [
      'the engine goes away',
      tool,
      async () => {
        throw new Error('a\nb\nc\nconnection reset')
      },
      'b\nc\nconnection reset',
      /engine.s log/,
    ],
    [
      'something else is thrown',
      tool,
      async () => {
        throw 'half a word'
      },
      'half a word',
      /engine.s log/,
    ],
  ])('is undecided, and finds not nothing, where %s [faults 5, 6]', async (_, toolOf, work, found, remedy) => {
    const cell = Undecided.parse(await collect<string[]>({ wanted: 'findings', tool: toolOf }, work))
    expect(cell.wanted).toBe('findings')
    expect(cell.found).toBe(found)
    expect(cell.remedy).toMatch(remedy)
  })
})
