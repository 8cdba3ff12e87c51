import { z } from 'zod'
import type { Origin } from '../../model/index.ts'
import { readSuppressionFile } from './suppression-document.ts'
import type { Suppression } from '../schema.ts'
import { suppressionEntry, type ReadSuppressions } from './entry.ts'

const code = z.string().regex(/^(DL|SC)\d{4}$/, 'expected the code of one rule, e.g. DL3008')

/**
 * `.hadolint.yaml` of hadolint 2.15 (https://github.com/hadolint/hadolint#configure). Only `ignored` is taken over:
 * everything else changes the linter rather than a single finding.
 */
const Configuration = z.strictObject({
  ignored: z.array(code).nullish(),
  ...Object.fromEntries(
    [
      'failure-threshold',
      'format',
      'label-schema',
      'no-color',
      'no-fail',
      'override',
      'strict-labels',
      'disable-ignore-pragma',
      'trustedRegistries',
    ].map((key) => [key, z.unknown().optional()]),
  ),
})

/** Reads the ignored rules of a hadolint configuration. Throws `POLICY` if it cannot be read in full. */
export function readHadolintIgnored(text: string, suppression: Suppression): ReadSuppressions {
  const { ignored, ...others } = readSuppressionFile(
    text,
    suppression.file,
    'a configuration of hadolint',
    Configuration,
  )
  return {
    entries: (ignored ?? []).map((id, index) => {
      const origin: Origin = { kind: 'hadolint', path: suppression.file, place: `ignored[${index}]` }
      return suppressionEntry(suppression, { rule: 'lint-level', id }, origin)
    }),
    left: Object.keys(others).map((key) => `${key}: the policy decides what the linter reports`),
  }
}
