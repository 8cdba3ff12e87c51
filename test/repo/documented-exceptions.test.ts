import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.ts'
import { policyExamples } from './policy-examples.ts'

describe.each([
  ['docs/exceptions.md', 4],
  ['docs/audit.md', 1],
])('the policy files in %s', (page, least) => {
  const examples = policyExamples(page)

  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(least)
  })

  it.each(examples)('line $line is a policy file that the loader takes', ({ text, line }) => {
    expect(() => loadPolicy(text, `${page}:${line}`, new Date('2026-11-24T12:00:00Z'))).not.toThrow()
  })
})
