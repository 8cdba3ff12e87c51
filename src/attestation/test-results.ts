import { z } from 'zod'
import { ResourceDescriptor, digestOf, type Excepted, type Structure } from '../model/index.ts'

/** Results of a test run: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md */
export const TestResults = z.looseObject({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(ResourceDescriptor),
  passedTests: z.array(z.string()),
  warnedTests: z.array(z.string()),
  failedTests: z.array(z.string()),
})
export type TestResults = z.infer<typeof TestResults>

/** The structure tests of one platform. A failed test that a policy exception allows counts as warned, never as passed. */
export function testResults(
  { file, tests }: Structure,
  source: { text: string | undefined; excepted: readonly Excepted[] },
): TestResults {
  const allowed = new Set(source.excepted.map(({ violation }) => violation.id))
  const failed = tests.filter(({ passed }) => !passed).map(({ name }) => name)
  const [warnedTests, failedTests] = [
    failed.filter((name) => allowed.has(name)),
    failed.filter((name) => !allowed.has(name)),
  ]
  return {
    result: failedTests.length > 0 ? 'FAILED' : warnedTests.length > 0 ? 'WARNED' : 'PASSED',
    configuration:
      source.text === undefined
        ? []
        : [{ name: file, digest: { sha256: digestOf(source.text).slice('sha256:'.length) } }],
    passedTests: tests.filter(({ passed }) => passed).map(({ name }) => name),
    warnedTests,
    failedTests,
  }
}
