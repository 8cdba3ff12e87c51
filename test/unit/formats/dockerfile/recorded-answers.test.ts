import { describe, expect, it } from 'vitest'
import { compareAll, ownReading } from '../../../dockerfile-readers/compare.ts'
import { recordedAnswers } from '../../../dockerfile-readers/recorded.ts'

const recorded = recordedAnswers()

describe('what BuildKit was recorded to read', () => {
  it('is read alike without an engine, but for a few Dockerfiles of which the reader says that it cannot', () => {
    const [questions, answers] = [recorded.map(({ question }) => question), recorded.map(({ answer }) => answer)]
    expect(compareAll(questions, answers)).toEqual({ agrees: 179, refused: 218, unread: 3, differences: [] })
  })

  it('and refused, is mostly refused without an engine as well', () => {
    const refused = recorded.filter(({ answer }) => answer.refused !== undefined)
    const read = refused.filter(({ question }) => ownReading(question) !== undefined)
    expect({ refused: refused.length, read: read.length }).toEqual({ refused: 218, read: 58 })
  })
})
