import { describe, expect, it } from 'vitest'
import { manifestForm } from '../../../../src/formats/oci/manifest-form.ts'

describe('manifestForm', () => {
  it.each([
    [undefined, ['linux/amd64'], 'single'],
    [undefined, ['linux/amd64', 'linux/arm64'], 'index'],
    ['index', ['linux/amd64'], 'index'],
    ['single', ['linux/arm64'], 'single'],
  ] as const)('makes %s of %j: %s', (asked, platforms, wanted) => {
    expect(manifestForm(asked, [...platforms])).toBe(wanted)
  })

  it('refuses to choose one of several platforms, and says what to do', () => {
    const choose = () => manifestForm('single', ['linux/amd64', 'linux/arm64'])
    expect(choose).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining('found 2: linux/amd64, linux/arm64'),
        hint: expect.stringContaining('--platform linux/amd64 --consumer single'),
      }),
    )
  })
})
