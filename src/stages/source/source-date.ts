import { DeliveryError } from '../../model/errors.ts'
import type { GitFacts } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'

/** 1980-01-01, the earliest time that a zip file can have: tools that read SOURCE_DATE_EPOCH refuse an earlier one. */
const withoutCommit = 315_532_800

/**
 * SOURCE_DATE_EPOCH for a build, in seconds since 1970: the policy's build argument of that name, else the time of the commit, else 1980. Undefined if builds are not normalized.
 * Throws `POLICY` for an argument that is not such a time.
 */
export function sourceDateEpoch({ build }: Policy, git: GitFacts | undefined): number | undefined {
  if ((build.reproducible ?? 'off') === 'off') return undefined
  const given = build.args['SOURCE_DATE_EPOCH']
  if (given === undefined) return git === undefined ? withoutCommit : Math.floor(Date.parse(git.committedAt) / 1000)
  if (/^\d{1,10}$/.test(given)) return Number(given)
  throw new DeliveryError(
    'POLICY',
    `expected build.args.SOURCE_DATE_EPOCH in seconds since 1970, found "${given}"`,
    'Write a whole number of seconds, e.g. 1767225600, or remove it: then the time of the commit is used.',
  )
}
