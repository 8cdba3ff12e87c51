import { clean, compare, parse, prerelease } from 'semver'
import type { GitFacts } from '../model/index.ts'

/** The suffix of every name made from a work tree with changes: the commit alone would claim to be its content. */
export const dirtySuffix = '-dirty'

/**
 * The semantic version of a source: the given one, otherwise the highest version among its commit's tags, with `-dirty`
 * if the work tree has changes. Undefined if neither is a semantic version (https://semver.org).
 */
export function sourceVersion(git: GitFacts | undefined, given?: string): string | undefined {
  if (given !== undefined) return readVersion(given)
  const [highest] = versionsOf(git?.tags ?? []).toSorted((left, right) => compare(right, left))
  if (highest === undefined) return undefined
  return git?.dirty === true ? markDirty(highest) : highest
}

/**
 * Whether a version without a pre-release part is the repository's highest; otherwise `older`, or why that is unknown.
 * A tag that the clone lacks may be higher.
 */
export function rankOf(version: string, git: GitFacts | undefined): 'newest' | 'older' | { unknown: string } {
  if (prerelease(version) !== null) return 'older'
  if (git?.allTags === undefined)
    return {
      unknown: git?.tagsMissing ?? (git === undefined ? 'the source is not in a git repository' : 'no tags are given'),
    }
  const isHigher = (other: string) => prerelease(other) === null && compare(other, version) > 0
  return versionsOf(git.allTags).some(isHigher) ? 'older' : 'newest'
}

/** Reads `1.4.0`, `v1.4.0` or `1.4.0-rc.1+build.5`, including the build part; undefined for anything else. */
export function readVersion(text: string): string | undefined {
  const cleaned = clean(text)
  return cleaned === null
    ? undefined
    : (parse(text)
        ?.raw.replace(/^[v=\s]+/, '')
        .trim() ?? cleaned)
}

function versionsOf(tags: readonly string[]): string[] {
  return tags.map(readVersion).filter((version) => version !== undefined)
}

/** Before the build part, so that the result has lower precedence than the clean version. */
function markDirty(version: string): string {
  const [core = version, build] = version.split('+')
  const marked = core.includes('-') ? `${core}.dirty` : `${core}${dirtySuffix}`
  return build === undefined ? marked : `${marked}+${build}`
}
