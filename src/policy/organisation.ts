import { z } from 'zod'
import { PolicyFile } from './file.ts'
import { ruleIds } from './rule-ids.ts'
import { Policy } from './schema.ts'

/** What an organisation can lock: the extended shipped policy, a section, a key in a section, or the setting of one rule. */
export const lockablePaths: readonly [string, ...string[]] = [
  'extends',
  ...Object.entries(Policy.shape)
    .filter(([section]) => section !== 'version')
    .flatMap(([section, schema]) => [section, ...keysOf(section, schema).map((key) => `${section}.${key}`)]),
]

function keysOf(section: string, schema: z.ZodType): readonly string[] {
  if (section === 'rules') return ruleIds
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/**
 * An organisation's policy for all of its applications. It states what differs from a shipped policy, as an application's file does,
 * and can lock keys: an application's policy then has the organisation's value there, whatever its file says.
 */
export const OrganisationFile = PolicyFile.extend({
  extends: PolicyFile.shape.extends.describe(
    'The shipped policy for applications that do not choose one. Default: default.',
  ),
  locked: z
    .array(z.enum(lockablePaths, 'the path of a key, e.g. vulnerabilities.critical, rules.secrets or exceptions'))
    .min(1, 'at least one path, or no such key')
    .optional()
    .describe('Paths of keys whose value no application file may change, e.g. vulnerabilities or rules.secrets.'),
})
export type OrganisationFile = z.infer<typeof OrganisationFile>
