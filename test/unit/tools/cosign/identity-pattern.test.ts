import { describe, expect, it } from 'vitest'
import { identityExpression, requireIdentityPattern } from '../../../../src/tools/cosign/identity-pattern.ts'

const workflow = 'https://github.com/acme/shop/.github/workflows/release.yml'

const matches = (pattern: string, identity: string) => new RegExp(identityExpression(pattern)).test(identity)

describe('a pattern of an identity', () => {
  it('becomes a regular expression over the whole of it, in which only the stars are open', () => {
    expect(identityExpression(`${workflow}@refs/tags/v*`)).toBe(
      String.raw`^https://github\.com/acme/shop/\.github/workflows/release\.yml@refs/tags/v[^/@\s]*$`,
    )
  })

  it.each([
    ['the next tag', `${workflow}@refs/tags/v*`, `${workflow}@refs/tags/v1.5.0-rc.1`],
    [
      'another repository of the owner',
      'https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*',
      `${workflow}@refs/tags/1.0`,
    ],
    ['a branch of a family', `${workflow}@refs/heads/release/*`, `${workflow}@refs/heads/release/1.x`],
    ['whoever has an address', '*@acme.example', 'ci@acme.example'],
    ['signs that mean something to an expression', 'spiffe://acme.example/ns+(a)/*', 'spiffe://acme.example/ns+(a)/sa'],
  ])('matches %s', (_, pattern, identity) => {
    expect(matches(pattern, identity)).toBe(true)
    expect(() => requireIdentityPattern(pattern)).not.toThrow()
  })

  it.each([
    [
      'a host that only looks alike',
      `${workflow}@refs/tags/*`,
      `${workflow.replace('github.com', 'githubXcom')}@refs/tags/v1`,
    ],
    ['an identity that has it as a part', `${workflow}@refs/tags/*`, `https://evil.example/?${workflow}@refs/tags/v1`],
    ['an identity that goes on after it', '*@acme.example', 'ci@acme.example.evil.example'],
    ['a branch where tags are expected', `${workflow}@refs/tags/*`, `${workflow}@refs/heads/main`],
    ['a pull request', `${workflow}@refs/*`, `${workflow}@refs/pull/5/merge`],
    [
      'a star that would reach into another path',
      'https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*',
      `https://github.com/acme/shop/.github/workflows/other.yml@refs/heads/x/.github/workflows/release.yml@refs/tags/v1`,
    ],
    ['an address within an address', '*@acme.example', 'ci@evil.example@acme.example'],
    ['a second line', '*@acme.example', 'ci@evil.example\nci@acme.example'],
  ])('does not match %s [fault 55]', (_, pattern, identity) => {
    expect(matches(pattern, identity)).toBe(false)
  })

  it.each([
    '*',
    'https://*',
    'https://github.com/*',
    'https://github.com/*/shop/.github/workflows/release.yml@refs/tags/v1',
    'https://*.com/acme/shop',
    'https://github.com/ac*/shop/x',
    '*@*',
    '*@*.example',
    'ci*',
    `${workflow}@refs/tags/**`,
    'ci *@acme.example',
    'ci*@acme.example\n',
    'c\u0456*@acme.example',
  ])('is refused where it leaves open whose identity it is, or cannot be one: %j', (pattern) => {
    expect(() => requireIdentityPattern(pattern)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
