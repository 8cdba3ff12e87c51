import { assert, boolean, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultTagRules, imageTags, whyNotLatest } from '../../../src/image-metadata/index.ts'
import type { GitFacts } from '../../../src/model/index.ts'
import { released } from './git-facts.ts'

const all = [
  'type=semver,pattern={{version}}',
  'type=semver,pattern={{major}}.{{minor}}',
  'type=ref,event=branch',
  'type=ref,event=tag',
  'type=ref,event=pr',
  'type=sha',
]
const tags = (rules: readonly string[], git = released(), version?: string) => imageTags(rules, { git, version })

describe('imageTags', () => {
  it('names a release by semantic version and commit, and calls the newest stable one latest', () => {
    expect(tags(defaultTagRules)).toEqual(['1.4.0', 'sha-3f5a0c9', 'latest'])
  })

  it('knows every rule', () => {
    expect(tags(all, released({ pullRequest: 7 }))).toEqual([
      '1.4.0',
      '1.4',
      'main',
      'v1.4.0',
      'pr-7',
      'sha-3f5a0c9',
      'latest',
    ])
    expect(tags(['type=sha,format=long,prefix=', 'type=raw,value=stable,suffix=-x', 'plain'])).toEqual([
      '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
      'stable-x',
      'plain',
    ])
    expect(tags(['type=semver,pattern={{raw}}', 'type=semver,pattern=v{{major}}'])).toEqual(['1.4.0', 'v1', 'latest'])
  })

  it.each([
    ['an older version than the newest', released({ tags: ['v1.3.9'] })],
    ['a release candidate', released({ tags: ['v2.0.0-rc.1'] })],
    ['a dirty tree', released({ dirty: true })],
    ['a commit without a version', released({ tags: ['nightly'] })],
  ])('does not call %s latest', (_, git) => {
    expect(tags([...all, 'type=sha'], git)).not.toContain('latest')
  })

  it('moves no shortened version to a release candidate', () => {
    expect(tags(all, released({ tags: ['v2.0.0-rc.1'] }))).toEqual(['2.0.0-rc.1', 'main', 'v2.0.0-rc.1', 'sha-3f5a0c9'])
  })

  it('takes a version that was given before the tags of the commit', () => {
    expect(tags(defaultTagRules, released(), '1.5.0')).toEqual(['1.5.0', 'sha-3f5a0c9', 'latest'])
    expect(tags(defaultTagRules, released(), 'v1.1.0+build.5')).toEqual(['1.1.0-build.5', 'sha-3f5a0c9'])
  })

  it('says of everything that was read from a dirty tree that it was one', () => {
    expect(tags(all, released({ dirty: true }))).toEqual([
      '1.4.0-dirty',
      'main-dirty',
      'v1.4.0-dirty',
      'sha-3f5a0c9-dirty',
    ])
    expect(tags(defaultTagRules, released({ dirty: true, tags: ['v2.0.0-rc.1'] }))).toEqual([
      '2.0.0-rc.1.dirty',
      'sha-3f5a0c9-dirty',
    ])
  })

  it('writes a branch as a tag can hold it', () => {
    expect(tags(['type=ref,event=branch'], released({ branch: 'feature/größe #12' }))).toEqual(['feature-gr-e-12'])
    const long = tags(['type=ref,event=branch'], released({ branch: 'b'.repeat(200), dirty: true }))[0]
    expect(long).toHaveLength(128)
    expect(long).toMatch(/b-dirty$/)
  })

  it('gives only tags that a registry accepts, whatever the branch is called', () => {
    assert(
      property(string({ minLength: 1 }), boolean(), (branch, dirty) => {
        for (const tag of tags(['type=ref,event=branch', 'type=sha'], released({ branch, dirty })))
          expect(tag).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)
      }),
    )
  })

  it.each([
    [['latest'], 'alone'],
    [['type=ref,event=pr'], 'expected at least one tag'],
    [['type=edge'], 'unknown type "edge"'],
    [['type=sha,form=long'], 'unknown key "form"'],
    [['type=sha,format=middle'], 'format=short or format=long'],
    [['type=semver'], 'needs a pattern'],
    [['type=semver,pattern={{version'], 'needs a pattern'],
    [['type=ref,event=push'], 'event=branch'],
    [['type=sha,type=sha'], 'not a single key=value'],
    [['pattern={{version}}'], 'has no type'],
  ])('refuses %j', (rules, found) => {
    expect(() => tags(rules)).toThrow(found)
  })

  it('asks for a tag where the source is in no repository and has no version', () => {
    expect(() => imageTags(defaultTagRules, { git: undefined, version: undefined })).toThrow(
      'expected at least one tag, found none',
    )
    expect(imageTags(defaultTagRules, { git: undefined, version: '1.0.0' })).toEqual(['1.0.0'])
  })

  it('calls nothing latest where a newer version may be unknown, and says why', () => {
    const { allTags: _, ...without } = released()
    const why = (git: GitFacts | undefined, version?: string, rules = defaultTagRules) => {
      const tagged = imageTags(rules, { git, version })
      return [tagged.includes('latest'), whyNotLatest(rules, { git, version })]
    }
    expect(why({ ...without, tagsMissing: 'the clone is shallow' })).toEqual([false, 'the clone is shallow'])
    expect(why(without, '1.4.0')).toEqual([false, 'no tags are given'])
    expect(why(undefined, '1.4.0')).toEqual([false, 'the source is not in a git repository'])
    // Settled without them: a release candidate is never latest, and tags by hand are what they are.
    expect(why({ ...without, tags: ['v2.0.0-rc.1'] })).toEqual([false, undefined])
    expect(why(without, undefined, ['1.4.0', 'latest'])).toEqual([true, undefined])
    expect(why(released())).toEqual([true, undefined])
    expect(why(released({ tags: ['v1.3.9'] }))).toEqual([false, undefined])
  })
})
