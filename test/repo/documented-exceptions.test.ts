import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.ts'
import { policyExamples } from './policy-examples.ts'

const page = 'docs/exceptions.md'
const examples = policyExamples(page)

describe('the policy files in docs/exceptions.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  it.each(examples)('line $line is a policy file that the loader takes', ({ text, line }) => {
    expect(() => loadPolicy(text, `${page}:${line}`, new Date('2026-11-24T12:00:00Z'))).not.toThrow()
  })
})
