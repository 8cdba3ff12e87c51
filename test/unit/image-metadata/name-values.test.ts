import { describe, expect, it } from 'vitest'
import { nameValues } from '../../../src/image-metadata/index.ts'

describe('NAME=VALUE', () => {
  it('ends the name at the first equals sign, and the last one of a name counts', () => {
    expect(nameValues(['a=b=c', 'empty=', 'a=d'], '--label')).toEqual({ a: 'd', empty: '' })
  })

  it.each(['name', '=value', ''])('is not "%s"', (entry) => {
    expect(() => nameValues([entry], '--label')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: `expected --label NAME=VALUE, found "${entry}"` }),
    )
  })
})
