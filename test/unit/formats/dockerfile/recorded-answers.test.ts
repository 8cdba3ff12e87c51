import { describe, expect, it } from 'vitest'
import { parseDockerfile } from '../../../../src/formats/dockerfile/parse-dockerfile.ts'
import { compareReadings, type Outcome } from '../../../dockerfile-readers/compare.ts'
import { recordedAnswers } from '../../../dockerfile-readers/recorded.ts'

const recorded = recordedAnswers()

describe('what BuildKit was recorded to read', () => {
  it('is read alike without an engine, but for a few Dockerfiles of which the reader says that it cannot', () => {
    const outcomes: Record<string, number> = {}
    const differences: Outcome[] = []
    for (const { question, answer } of recorded) {
      const outcome = compareReadings(question, answer)
      if (typeof outcome === 'string') outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      else differences.push(outcome)
    }
    expect(differences).toEqual([])
    expect(outcomes).toEqual({ agrees: 179, refused: 218, unread: 3 })
  })

  it('and refused, is mostly refused without an engine as well', () => {
    const refused = recorded.filter(({ answer }) => answer.refused !== undefined)
    const read = refused.filter(({ question: { text, buildArgs, target } }) => {
      try {
        return parseDockerfile(text, { buildArgs, ...(target === '' ? {} : { target }) })
      } catch {
        return false
      }
    })
    expect({ refused: refused.length, read: read.length }).toEqual({ refused: 218, read: 58 })
  })
})
