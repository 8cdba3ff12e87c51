import { describe, expect, it } from 'vitest'
import { requireSize } from '../../../src/engine/read-text.ts'
import { readOrRefuse } from '../../../src/module/audit-files.ts'
import { limits } from '../../../src/model/limits.ts'

describe('a file that is audited', () => {
  it('is its text', async () => {
    expect(await readOrRefuse('a.yaml', Promise.resolve(''))).toBe('')
  })

  it('that is too large is refused, with the limit', async () => {
    const sized = async () => {
      requireSize(limits.listed + 1, 'a.yaml', limits.listed, 'SOURCE')
      return Promise.resolve('')
    }
    await expect(readOrRefuse('a.yaml', sized())).rejects.toMatchObject({
      code: 'SOURCE',
      message: 'a.yaml has 67108865 bytes, over the limit of 67108864',
    })
  })

  it('that the engine cannot read is refused with what the engine says', async () => {
    await expect(readOrRefuse('a.yaml', Promise.reject(new Error('not a file: a.yaml\nmore')))).rejects.toMatchObject({
      code: 'SOURCE',
      message: 'a.yaml cannot be read (not a file: a.yaml)',
    })
  })
})
