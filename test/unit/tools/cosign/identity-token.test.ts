import { describe, expect, it } from 'vitest'
import { readIdentityToken } from '../../../../src/tools/cosign/identity-token.ts'

const token = (claims: object) =>
  ['header', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'signature'].join('.')
const common = { iss: 'https://issuer.example.com', exp: 1_800_000_000 }
const github = 'https://token.actions.githubusercontent.com'

describe('readIdentityToken', () => {
  it('reads issuer and expiry', () => {
    expect(readIdentityToken(`${token(common)}\n`)).toEqual({
      issuer: common.iss,
      expires: new Date(1_800_000_000_000),
      identity: undefined,
    })
  })

  it.each([
    ['a verified mail address', { email: 'ci@example.com', email_verified: true }, 'ci@example.com'],
    ['a mail address that says so in text', { email: 'ci@example.com', email_verified: 'true' }, 'ci@example.com'],
    ['no address that is not verified', { email: 'ci@example.com', email_verified: false }, undefined],
    ['no address that does not say', { email: 'ci@example.com' }, undefined],
    [
      'the workflow of GitHub',
      {
        iss: github,
        job_workflow_ref: 'acme/shop/.github/workflows/release.yml@refs/heads/main',
        sub: 'repo:acme/shop',
      },
      'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main',
    ],
    ['no other claim of GitHub', { iss: github, email: 'x@example.com', email_verified: true }, undefined],
    [
      'the pipeline file of GitLab',
      { ci_config_ref_uri: 'gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main' },
      'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
    ],
    ['a SPIFFE id', { sub: 'spiffe://example.com/ci' }, 'spiffe://example.com/ci'],
    ['no subject of unknown form', { sub: 'user:1' }, undefined],
  ])('takes %s as the identity', (_what, claims, identity) => {
    expect(readIdentityToken(token({ ...common, ...claims })).identity).toBe(identity)
  })

  it.each([
    '',
    'secret-canary',
    'a.b.c',
    token({}),
    token({ iss: '', exp: 1 }),
    token({ iss: 'x', exp: 'secret-canary' }),
  ])('refuses %j, and says nothing of what it holds', (text) => {
    let message = ''
    try {
      readIdentityToken(text)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain('not an OpenID Connect token')
    expect(message).not.toContain('canary')
  })
})
