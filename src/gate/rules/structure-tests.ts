import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** The author's own tests of the built image. Without a test nothing is proven. */
export const structureTests: Rule = {
  id: 'structure-tests',
  title: 'Structure tests pass',
  needs: ['structure'],
  settings: ['structure.required', 'structure.file'],
  severities: ['high'],
  remedy: 'Fix the image or the test: each line says what the test expected and found.',
  source: 'container-structure-test, schema 2.0.0',
  judge({ policy, evidence }) {
    const { required, file } = policy.structure
    const images = collectedOf(evidence, 'structure').map(({ platform, value }) => ({
      platform,
      value,
      text: `${value.tests.filter(({ passed }) => passed).length} of ${value.tests.length} passed`,
    }))
    const violations = images.flatMap(({ platform, value }): Violation[] => {
      if (value.tests.length === 0) {
        return required
          ? [
              {
                id: 'no-tests',
                subject: file,
                severity: 'high',
                platform,
                wanted: `at least one test in ${file}`,
                found: 'no test was run',
                remedy: `Write ${file}, or set structure.required to false.`,
              },
            ]
          : []
      }
      return value.tests
        .filter(({ passed }) => !passed)
        .map(({ name, errors }) => ({
          id: name,
          subject: value.file,
          severity: 'high',
          platform,
          wanted: 'the test passes',
          found: errors.join('; ') || 'failed without saying why',
          remedy: structureTests.remedy,
          location: { path: value.file, within: 'source' },
        }))
    })
    return {
      wanted: required ? 'at least one test, and all pass' : 'all existing tests pass',
      found: onEveryPlatform(images),
      violations,
    }
  },
}
