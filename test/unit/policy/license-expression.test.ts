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

it.each([
  ['AGPL-3.0', 'AGPL-3.0-only'],
  ['AGPL-3.0+', 'AGPL-3.0-or-later'],
  ['LGPL-2.1', 'LGPL-2.1-only'],
  ['GFDL-1.3', 'GFDL-1.3-only'],
  ['GPL-2.0', 'GPL-2.0-only'],
  ['GPL-3', 'GPL-3-only'],
  ['GPL-10.11.12+', 'GPL-10.11.12-or-later'],
  ['Apache-2.0', 'Apache-2.0'],
  ['Apache-2.0+', 'Apache-2.0'],
  ['AGPL-3.0-only', 'AGPL-3.0-only'],
  ['LicenseRef-GPL-2.0', 'LicenseRef-GPL-2.0'],
  ['LicenseRef-C+x', 'LicenseRef-C+x'],
])('%s has the current name %s: only those of the GNU licences have changed', (id, current) => {
  expect(currentLicenseId(id)).toBe(current)
})

it.each([
  ['GPL-2.0', 'GPL-2.0-only'],
  ['GPL-2.0+', 'GPL-2.0-or-later'],
  ['Apache-2.0+', 'Apache-2.0'],
  [' \nMIT\n', 'MIT'],
])('%j in an expression is the licence %s', (text, id) => {
  expect(parseLicenseExpression(text)).toEqual({ kind: 'license', id })
})

it('reads up to two thousand characters', () => {
  const longest = `MIT${' OR MIT'.repeat(285)}  `
  expect(longest).toHaveLength(2_000)
  expect(parseLicenseExpression(longest)).toMatchObject({ kind: 'or' })
  expect(parseLicenseExpression(`${longest} `)).toBeUndefined()
})

it('distinguishes a single licence from an expression', () => {
  expect(['MIT', 'LicenseRef-own', 'AGPL-3.0+'].every(isLicenseId)).toBe(true)
  expect(['MIT OR MIT', '(MIT)', 'GPL-2.0-only WITH Classpath-exception-2.0', 'Mit', ''].some(isLicenseId)).toBe(false)
})
