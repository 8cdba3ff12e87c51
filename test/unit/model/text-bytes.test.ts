import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/model/index.ts'
import { bytesOf } from '../../../src/model/text-bytes.ts'

const copied = (text: string) => {
  const parts: Buffer[] = []
  for (const part of bytesOf(text)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

describe('bytesOf', () => {
  it('gives the bytes of any text, and its digest', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(copied(text).equals(Buffer.from(text))).toBe(true)
        expect(digestOf(text)).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['exactly one part', 'a'.repeat(131_072)],
    ['a character of two halves where parts meet', `${'a'.repeat(131_071)}🙂${'b'.repeat(200_000)}`],
    ['the first half of one where parts meet, and no second', `${'a'.repeat(131_071)}\ud83d${'b'.repeat(10)}`],
    ['the first half of one at the end of the text', `${'a'.repeat(131_071)}\ud83d`],
    ['three bytes for every character', '€'.repeat(400_000)],
  ])('divides %s', (_, text) => {
    expect(copied(text).equals(Buffer.from(text))).toBe(true)
  })

  it('keeps all parts in one buffer', () => {
    const [first, second] = [...bytesOf('a'.repeat(200_000))]
    expect(first?.buffer).toBe(second?.buffer)
  })
})
