import { describe, expect, it } from 'vitest'
import { Run } from '../../../src/model/index.ts'
import { renderJson } from '../../../src/report/index.ts'
import { hostileRun, passedRun, rejectedRun } from './runs.ts'

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  )
}

describe('renderJson', () => {
  it('is the run document, and ends with a newline', () => {
    const text = renderJson(passedRun())
    expect(Run.parse(JSON.parse(text))).toEqual(passedRun())
    expect(text.endsWith('}\n')).toBe(true)
  })

  it('does not depend on the order in which keys were set', () => {
    expect(renderJson(reversed(rejectedRun()) as Run)).toBe(renderJson(rejectedRun()))
  })

  it('keeps hostile text as it is, in valid JSON without lone surrogates', () => {
    const text = renderJson(hostileRun())
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(hostileRun())))
    expect(text).not.toMatch(/\p{Cs}/u)
  })

  it('refuses a document that is not valid', () => {
    expect(() => renderJson({ ...passedRun(), outcome: 'fine' } as unknown as Run)).toThrow(/outcome/)
  })
})
