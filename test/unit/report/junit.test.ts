import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/model/index.ts'
import { renderJunit } from '../../../src/report/index.ts'
import { brokenReleaseRun, brokenRun, crowdedRun, hostileRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

interface Outcome {
  '@_message': string
  '@_type'?: string
  '#text'?: string
}
interface TestCase {
  '@_name': string
  '@_classname': string
  failure?: Outcome
  error?: Outcome
  skipped?: Outcome
  'system-out'?: string
}
interface Counts {
  '@_name': string
  '@_tests': number
  '@_failures': number
  '@_errors': number
  '@_skipped': number
}
interface Document {
  testsuites: Counts & { testsuite: Array<Counts & { testcase: TestCase[] }> }
}

const parser = new XMLParser({
  ignoreAttributes: false,
  parseAttributeValue: true,
  isArray: (name) => name === 'testsuite' || name === 'testcase',
})

function junitOf(run: Run): Document['testsuites'] {
  const text = renderJunit(run)
  expect(XMLValidator.validate(text)).toBe(true)
  return (parser.parse(text) as Document).testsuites
}

const caseOf = (run: Run, name: RegExp): TestCase | undefined =>
  junitOf(run)
    .testsuite.flatMap((suite) => suite.testcase)
    .find((test) => name.test(test['@_name']))

describe('renderJunit', () => {
  it.each([
    ['passed', passedRun, { tests: 27, failures: 0, errors: 0, skipped: 3 }],
    ['rejected', rejectedRun, { tests: 23, failures: 5, errors: 0, skipped: 1 }],
    ['undecided', undecidedRun, { tests: 25, failures: 0, errors: 8, skipped: 1 }],
    ['broken', brokenRun, { tests: 1, failures: 0, errors: 1, skipped: 0 }],
    ['broken in release', brokenReleaseRun, { tests: 27, failures: 0, errors: 1, skipped: 3 }],
  ])('counts the cases of a run that is %s', (_name, build, { tests, failures, errors, skipped }) => {
    const suites = junitOf(build())
    expect(suites).toMatchObject({ '@_tests': tests, '@_failures': failures, '@_errors': errors, '@_skipped': skipped })
    const sum = (key: '@_tests' | '@_failures' | '@_errors' | '@_skipped') =>
      suites.testsuite.reduce((total, suite) => total + suite[key], 0)
    expect([sum('@_tests'), sum('@_failures'), sum('@_errors'), sum('@_skipped')]).toEqual([
      tests,
      failures,
      errors,
      skipped,
    ])
    expect(suites.testsuite.flatMap((suite) => suite.testcase)).toHaveLength(tests)
  })

  it('groups rules by the stage that they judge', () => {
    expect(junitOf(rejectedRun()).testsuite.map((suite) => suite['@_name'])).toEqual([
      'lint',
      'evidence',
      'gate',
      'publish',
    ])
  })

  it('says what was wanted, what was found and what to do', () => {
    const failure = caseOf(rejectedRun(), /^vulnerabilities:/)?.failure
    expect(failure?.['@_message']).toBe(
      'expected at most 0 critical, 0 high, 0 unknown; found 1 critical, 3 high, 2 medium, 2 low, 1 unknown',
    )
    expect(failure?.['#text']).toContain('to do: Update each package')
    expect(failure?.['#text']).toContain('- critical CVE-2024-22195 pkg:pypi/jinja2@3.1.2 on linux/amd64 at /opt/app/')
  })

  it('makes errors of undecided rules and of each missing cell', () => {
    expect(caseOf(undecidedRun(), /^vulnerabilities:/)?.error?.['@_type']).toBe('undecided')
    expect(caseOf(undecidedRun(), /^evidence: vulnerabilities on linux\/arm64$/)?.error?.['@_message']).toContain(
      'no vulnerability database',
    )
  })

  it('passes a rule that only warns, and lets it speak', () => {
    const warned = caseOf(passedRun(), /^shells:/)
    expect(warned?.failure).toBeUndefined()
    expect(warned?.['system-out']).toContain('Warns only.')
  })

  it('spells out 100 violations and counts the rest [fault 13]', () => {
    const text = caseOf(crowdedRun(1_234), /^vulnerabilities:/)?.failure?.['#text'] ?? ''
    expect(text.match(/^- /gm)).toHaveLength(100)
    expect(text).toContain('and 1,134 more: see verdict.json')
  })

  it('is valid XML whatever the image says [fault 65]', () => {
    const text = renderJunit(hostileRun())
    expect(XMLValidator.validate(text)).toBe(true)
    expect(text).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
    expect(text).not.toContain(']]>')
    expect(text).not.toMatch(/<(script|img)/)
    expect(junitOf(hostileRun())).toMatchObject({ '@_failures': 5 })
  })
})
