import { buildAndScan, renderTerminal } from 'loadline'
import { expect, it } from 'vitest'

it('the image may ship', { timeout: 600_000 }, async () => {
  const { run } = await buildAndScan(process.env['SOURCE'] ?? '.')
  expect(run.outcome, renderTerminal(run, { color: false, width: 100 })).toBe('passed')
})
