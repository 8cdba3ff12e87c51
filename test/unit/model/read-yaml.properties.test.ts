import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import { runs } from '../runs.ts'

it('answers anything with a policy or a POLICY error, and never pollutes a prototype [fault 28]', () => {
  const pieces = fc.constantFrom(
    'version: 1',
    'rules:',
    '  user: {level: off}',
    'exceptions: {register: [',
    ']}',
    '- ',
    '__proto__: {x: 1}',
    '&a ',
    '*a',
    '---',
    '\t',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    '|',
    '>',
    '#',
    '!',
    '%',
    ': ',
    '? ',
    '\uFEFF',
    '\0',
    'é',
    '\u2028',
  )
  const answer = fc.property(
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 12 }),
    fc.constantFrom('\n', '', ' ', '\r\n'),
    (parts, separator) => {
      const known = answers(parts.join(separator))
      return known && !('x' in {})
    },
  )
  expect(fc.check(answer, { numRuns: runs(500) })).toMatchObject({ failed: false })
}, 30_000)

function answers(text: string): boolean {
  try {
    return loadPolicy(text, 'p.yaml', new Date('2026-11-23')).version === 1
  } catch (error) {
    return error instanceof DeliveryError && error.code === 'POLICY' && /^p\.yaml:\d+:\d+: /.test(error.message)
  }
}
