import { afterAll, beforeAll, describe, it } from 'vitest'
import { everyday, expectPasses, gateOfToday, stacks, type Gate } from '../engine/scaffold-gate.ts'

let gate: Gate
beforeAll(async () => {
  gate = await gateOfToday()
})
afterAll(() => gate.end())

describe('the scaffold of', () => {
  it.each(Object.keys(stacks).filter((stack) => !everyday.includes(stack)))(
    '%s passes its own strict gate, unchanged, and answers its health check under full hardening',
    async (stack) => expectPasses(gate, stack),
  )
})
