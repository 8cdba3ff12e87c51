import { describe, expect, it } from 'vitest'
import { currentLicenseId, isLicenseId, parseLicenseExpression } from '../../../src/policy/license-expression.ts'

describe('parseLicenseExpression', () => {
  it('distinguishes OR from AND, which binds tighter', () => {
    expect(parseLicenseExpression('MIT OR Apache-2.0 AND BSD-3-Clause')).toEqual({
      kind: 'or',
      left: { kind: 'license', id: 'MIT' },
      right: {
        kind: 'and',
        left: { kind: 'license', id: 'Apache-2.0' },
        right: { kind: 'license', id: 'BSD-3-Clause' },
      },
    })
  })

  it.each(['', 'see COPYING', 'mit', 'MIT OR', '(MIT', 'NOASSERTION', 'NONE', 'LicenseRef-'])(
    '%s is not an expression',
    (text) => {
      expect(parseLicenseExpression(text)).toBeUndefined()
    },
  )

  it.each([3_000, 900])('%i brackets that nothing closes are not one either', (depth) => {
    expect(parseLicenseExpression('('.repeat(depth))).toBeUndefined()
    expect(parseLicenseExpression(`${'('.repeat(depth)}MIT`)).toBeUndefined()
  })
})

it('gives the GNU licences their current names, and no other licence', () => {
  expect(
    ['AGPL-3.0', 'AGPL-3.0+', 'LGPL-2.1', 'GFDL-1.3', 'Apache-2.0', 'AGPL-3.0-only'].map((id) => currentLicenseId(id)),
  ).toEqual(['AGPL-3.0-only', 'AGPL-3.0-or-later', 'LGPL-2.1-only', 'GFDL-1.3-only', 'Apache-2.0', 'AGPL-3.0-only'])
})

it('distinguishes a single licence from an expression', () => {
  expect(['MIT', 'LicenseRef-own', 'AGPL-3.0+'].every(isLicenseId)).toBe(true)
  expect(['MIT OR MIT', '(MIT)', 'GPL-2.0-only WITH Classpath-exception-2.0', 'Mit', ''].some(isLicenseId)).toBe(false)
})
