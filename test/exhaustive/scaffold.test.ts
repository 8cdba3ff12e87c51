import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import {
  addScaffold,
  everyday,
  expectGood,
  expectPasses,
  gateOfToday,
  stacks,
  type Gate,
} from '../engine/scaffold-gate.ts'

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

  it('FastAPI with Redis passes it too, beside the Redis 8 that its policy declares', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'loadline-scaffold-'))
    cpSync(fileURLToPath(new URL('../fixtures/scaffold-redis/', import.meta.url)), directory, { recursive: true })
    await addScaffold(directory)
    await expectGood(gate, directory, { unpacked: 100e6, services: ['redis'], says: /"disconnected", "cache": "8\./ })
  })
})
