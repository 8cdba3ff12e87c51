import { DeliveryError } from '../model/errors.ts'
import type { GitFacts } from '../model/index.ts'
import { fillPattern, parseTagRule, type TagRule } from './tag-rule.ts'
import { dirtySuffix, rankOf, readVersion, sourceVersion } from './source-version.ts'

/** What tags are made from. */
export interface TagSource {
  git: GitFacts | undefined
  /** A semantic version given by the caller; default: from the commit's tags. */
  version: string | undefined
}

/** The most characters in a tag: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const longestTag = 128

/**
 * An image's tags by the rules, most specific first. A rule that does not apply (a pull-request rule outside a pull request) gives no tag.
 * `latest` is added only to what is known to be the newest stable version; tags from a work tree with changes end in `-dirty`.
 * Throws `USAGE` for an invalid rule, and if no rule gives a tag.
 */
export function imageTags(rules: readonly string[], source: TagSource): string[] {
  const parsed = rules.map(parseTagRule)
  const tags = parsed.flatMap((rule) => {
    const name = nameBy(rule, source)
    return name === undefined ? [] : [toTag(`${rule.prefix}${name.text}${rule.suffix}`, name.dirty ? dirtySuffix : '')]
  })
  const named = [...new Set(tags)].filter((tag) => tag !== '')
  if (named.every((tag) => tag === 'latest')) {
    throw new DeliveryError(
      'USAGE',
      named.length === 0
        ? `expected at least one tag, found none for ${rules.join(' ') || 'no rules'}: ${describe(source)}`
        : '"latest" alone does not say what is running',
      'Set a tag with --publish registry/repository:tag, a version with --version, or an applicable rule with --tag.',
    )
  }
  return rankBy(parsed, source) === 'newest' && !named.includes('latest') ? [...named, 'latest'] : named
}

/** Why a stable version is not tagged `latest` although it may be the newest; undefined if that is settled either way. */
export function whyNotLatest(rules: readonly string[], source: TagSource): string | undefined {
  const rank = rankBy(rules.map(parseTagRule), source)
  return typeof rank === 'object' ? rank.unknown : undefined
}

function rankBy(rules: readonly TagRule[], { git, version }: TagSource): ReturnType<typeof rankOf> | undefined {
  const found = rules.some(({ type }) => type === 'semver') ? sourceVersion(git, version) : undefined
  return found === undefined ? undefined : rankOf(found, git)
}

function nameBy(rule: TagRule, { git, version }: TagSource): { text: string; dirty: boolean } | undefined {
  const dirty = git?.dirty ?? false
  const from = (text: string | undefined) => (text === undefined ? undefined : { text, dirty })
  switch (rule.type) {
    case 'semver': {
      // A dirty version is marked itself, in a form that sorts below the clean one.
      const found = rule.value === undefined ? sourceVersion(git, version) : readVersion(rule.value)
      const text = found === undefined ? undefined : fillPattern(rule.pattern, found)
      return text === undefined ? undefined : { text, dirty: false }
    }
    case 'ref':
      if (rule.event === 'pr') return from(git?.pullRequest?.toString())
      return from(rule.event === 'branch' ? git?.branch : git?.tags[0])
    case 'sha':
      return from(rule.format === 'long' ? git?.revision : git?.revision.slice(0, 7))
    case 'raw':
      return { text: rule.value, dirty: false }
  }
}

/** Invalid characters become dashes, and an overlong name is truncated, but never loses its dirty mark. */
function toTag(name: string, ending: string): string {
  const allowed = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
  return allowed === '' ? '' : `${allowed.slice(0, longestTag - ending.length)}${ending}`
}

function describe({ git, version }: TagSource): string {
  if (git === undefined)
    return version === undefined
      ? 'the source is not in a git repository and no version was given'
      : `the version is ${version}, and the source is not in a git repository`
  return `the commit ${git.revision.slice(0, 7)} has ${git.tags.length === 0 ? 'no tag' : `the tags ${git.tags.join(', ')}`}${git.branch === undefined ? '' : ` and is on ${git.branch}`}`
}
