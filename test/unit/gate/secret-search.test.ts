import { expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type { SecretSearch } from '../../../src/model/index.ts'
import { baseLayer, now, policy, withSearch } from './good-evidence.ts'

function judged(change: Partial<SecretSearch>) {
  const { outcome, results } = evaluate(policy, withSearch(change), now).verdict
  const { status, found, violations = [] } = results.find(({ rule }) => rule === 'secrets') ?? {}
  return { outcome, status, found, violations }
}

it('reports what cannot be searched and how much it is, and does not deny it [fault 84]', () => {
  const paths = ['/app/a.age', '/app/b.age', '/app/c.age', '/app/d.age']
  const { outcome, status, found, violations } = judged({
    notLookedAt: [
      { because: 'encrypted', files: 4, bytes: 1_240_000, paths },
      { because: 'key-store', files: 1, bytes: 2_500, paths: ['/app/store.p12'] },
    ],
  })
  expect([outcome, status, found]).toEqual([
    'passed',
    'warned',
    '0 found in 5,136 files of 121.8 MB, 5 places of 1.2 MB not searched',
  ])
  expect(violations.map((violation) => [violation.subject, violation.remark, violation.found])).toEqual([
    ['encrypted', true, '4 places of 1.2 MB not searched, encrypted: /app/a.age, /app/b.age, /app/c.age and 1 other'],
    ['key-store', true, '1 place of 2.5 kB not searched, password-protected key stores: /app/store.p12'],
  ])
})

it('counts published credentials without listing them: the evidence has the list', () => {
  const about = { id: 'private-key', severity: 'high', title: 'Private key', category: 'AsymmetricPrivateKey' } as const
  const location = { path: '/usr/lib/x86_64-linux-gnu/libgnutls.so.30', within: 'image' } as const
  const { status, found, violations } = judged({
    known: [{ ...about, location, layer: baseLayer, because: 'published-file', by: 'libgnutls30' }],
  })
  expect([status, found, violations]).toEqual(['passed', '0 found in 5,136 files of 121.8 MB, 1 published one', []])
})
