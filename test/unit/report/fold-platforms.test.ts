import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldPlatforms } from '../../../src/report/fold-platforms.ts'
import type { ReportedFinding } from '../../../src/report/reported-finding.ts'

/** Few values, so that many findings are equal, or differ in one place. */
const finding: fc.Arbitrary<ReportedFinding> = fc.record(
  {
    state: fc.constantFrom('denied', 'warned'),
    kind: fc.constant('vulnerabilities'),
    id: fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3'),
    subject: fc.constantFrom('', 'a'),
    severity: fc.constant('high'),
    platforms: fc.constantFrom([], ['linux/amd64'], ['linux/arm64'], ['linux/s390x']),
    wanted: fc.constant('none'),
    found: fc.constantFrom('one', 'two'),
    remedy: fc.constant('Update it.'),
    rule: fc.constantFrom('vulnerabilities', 'known-exploited'),
    location: fc.constantFrom({ path: '/a', within: 'image' }, { path: '/a', line: 1, within: 'image' }),
    owner: fc.constantFrom({ kind: 'unknown' }, { kind: 'build', stage: 'test', line: 3 }),
  },
  { requiredKeys: ['state', 'kind', 'id', 'subject', 'severity', 'platforms', 'wanted', 'found', 'remedy'] },
)

/** By comparing each with all before it. */
function folded(findings: readonly ReportedFinding[]): ReportedFinding[] {
  const content = (one: ReportedFinding) => JSON.stringify(Object.entries({ ...one, platforms: [] }).sort())
  const kept: ReportedFinding[] = []
  for (const one of findings) {
    const first = kept.find((other) => content(other) === content(one))
    if (
      first === undefined ||
      one.platforms.length === 0 ||
      one.platforms.some((platform) => first.platforms.includes(platform))
    )
      kept.push({ ...one })
    else first.platforms = [...first.platforms, ...one.platforms].sort()
  }
  return kept
}

it('merges what is equal on several platforms, and nothing else, in the order of the first', () => {
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 40 }), (findings) => {
      expect(foldPlatforms(structuredClone(findings))).toEqual(folded(findings))
    }),
  )
})
