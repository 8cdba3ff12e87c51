import { describe, expect, it } from 'vitest'
import { requireSize, requireText } from '../../../src/engine/read-text.ts'

describe('a file of the source', () => {
  it('may be as large as its limit, and is refused by the code of its kind where it is larger', () => {
    expect(() => requireSize(1_048_576, 'loadline.yaml', 1_048_576, 'POLICY')).not.toThrow()
    expect(() => requireSize(1_048_577, 'loadline.yaml', 1_048_576, 'POLICY')).toThrow(
      expect.objectContaining({
        code: 'POLICY',
        message: 'loadline.yaml has 1048577 bytes, over the limit of 1048576',
      }),
    )
  })

  it.each([
    ['a byte that is not UTF-8', 'a: 1\nb: \uFFFD\n', 2],
    ['UTF-16', 'F\0R\0O\0M\0', 1],
  ])('is refused with its line for %s', (_, text, line) => {
    expect(() => requireText(text, 'seccomp.json', 'SOURCE')).toThrow(
      expect.objectContaining({ code: 'SOURCE', message: `seccomp.json is not UTF-8 text (line ${line})` }),
    )
  })

  it('is taken as it is where it is text, its byte order mark with it', () => {
    expect(requireText('\uFEFFFROM scratch\n# ü €\n', 'Dockerfile', 'SOURCE')).toBe('\uFEFFFROM scratch\n# ü €\n')
  })
})
