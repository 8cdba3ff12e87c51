import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.ts'
import { policyExamples } from './policy-examples.ts'

const page = 'docs/runtime.md'

describe('the policy files in docs/runtime.md', () => {
  it.each(policyExamples(page))('line $line is a policy file that the loader takes', ({ text, line }) => {
    expect(loadPolicy(text, `${page}:${line}`, new Date('2026-11-24T12:00:00Z')).runtime.required).toBe(true)
  })
})
