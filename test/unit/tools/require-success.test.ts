import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { requireSuccess } from '../../../src/tools/require-success.ts'
import { execExitCode } from '../../../src/engine/run-tool.ts'

describe('a tool', () => {
  it('that fails is believed nothing, though it left valid JSON [fault 5]', () => {
    const run = { exitCode: 1, stdout: '{"SchemaVersion":2,"Results":[]}', stderr: 'FATAL\nno space left on device\n' }
    expect(() => requireSuccess('trivy', run, 'Run again.')).toThrow(
      new DeliveryError('TOOL', 'trivy exited with code 1: FATAL\nno space left on device', 'Run again.'),
    )
    expect(() => requireSuccess('dive', { ...run, stderr: ' ' }, 'Run again.')).toThrow('"Results":[]')
  })

  it('that ends well is left to its parser', () => {
    expect(() => requireSuccess('trivy', { exitCode: 0, stdout: '', stderr: 'a warning' }, '')).not.toThrow()
  })
})

it('knows a failed exec by its name or code, in whatever bundle its class lives', () => {
  expect(execExitCode(Object.assign(new Error('killed'), { name: 'ExecError', exitCode: 137 }))).toBe(137)
  expect(execExitCode({ code: 'D109', exitCode: 143 })).toBe(143)
  for (const other of [new Error('x'), { exitCode: 1 }, { code: 'D109' }, null, undefined, 'D109'])
    expect(execExitCode(other)).toBeUndefined()
})
