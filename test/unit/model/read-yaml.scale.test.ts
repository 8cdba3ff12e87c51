import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { loadPolicy } from '../../../src/policy/load.ts'

describe('time and memory are bounded', () => {
  const size = 1_048_000
  const fill = (text: string) => text.repeat(Math.floor(size / text.length))
  it.each([
    ['flow lists', fill('[')],
    ['flow maps', fill('{a: ')],
    ['block lists', `${fill('- ')}x`],
    ['explicit keys', `${fill('? ')}x`],
    ['closing brackets', fill(']')],
    ['commas', `a: [${fill(',')}`],
    ['anchors', fill('&a ')],
    ['tags', fill('!a ')],
    ['documents', fill('---\n')],
    ['directives', fill('%\n')],
    ['empty lines', fill('\n')],
    ['comments', fill('#\n')],
    ['tabs', fill('\t')],
    ['an open text', `a: "${fill('x')}`],
    ['keys', Array.from({ length: 90_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['equal keys', fill('k: 1\n')],
    ['a long list', `a: [${fill('x,')}]`],
    ['colons', fill(': ')],
  ])(
    'for 1 MB of %s [fault 28]',
    (_, text) => {
      const started = performance.now()
      expect(() => loadPolicy(text, 'loadline.yaml', new Date('2026-11-23'))).toThrow(DeliveryError)
      expect(performance.now() - started).toBeLessThan(15_000)
    },
    30_000,
  )
})
