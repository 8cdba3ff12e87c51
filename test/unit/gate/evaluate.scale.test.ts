import { expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { exception, now, vulnerability, withExceptions, withVulnerabilities } from './good-evidence.ts'

it('judges 50,000 findings within seconds [fault 13]', () => {
  const findings = Array.from({ length: 50_000 }, (_, index) => vulnerability({ id: `CVE-2026-${index}` }))
  const register = Array.from({ length: 300 }, (_, index) => exception({ id: `CVE-2026-${index}` }))
  const started = performance.now()
  const { results } = evaluate(withExceptions(...register), withVulnerabilities({ findings }), now).verdict
  expect(results.find(({ rule }) => rule === 'vulnerabilities')?.violations).toHaveLength(49_700)
  expect(performance.now() - started).toBeLessThan(15_000)
}, 30_000)
