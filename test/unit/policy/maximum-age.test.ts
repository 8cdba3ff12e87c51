import { describe, expect, it } from 'vitest'
import { parseMaximumAge } from '../../../src/policy/index.ts'

describe('the maximum age of a verdict', () => {
  it.each([
    ['48h', 172_800_000],
    ['30d', 2_592_000_000],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(parseMaximumAge(text)).toBe(milliseconds)
  })

  it.each(['', '30', '1.5d', 'a "week"'])('%j is refused, with an example and the reason', (text) => {
    expect(() => parseMaximumAge(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `expected a maximum age in whole hours or days, found ${JSON.stringify(text)}`,
        hint: 'Write e.g. --maximum-age 30d or --maximum-age 48h.',
        cause: expect.any(Error),
      }),
    )
  })
})
