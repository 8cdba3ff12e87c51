import { describe, expect, it } from 'vitest'
import { givenSigner } from '../../../../ci/run/given-signer.ts'

describe('givenSigner', () => {
  it('is nobody if nobody is named', async () => {
    expect(await givenSigner({}, {})).toEqual({})
  })

  it.each([
    ['two signers', { key: 'env:KEY', keyless: true }, 'USAGE', 'expected one signer'],
    ['a token beside a key', { key: 'env:KEY', identityToken: 'env:TOKEN' }, 'USAGE', 'expected one signer'],
    [
      'services without a signer',
      { signingConfig: 'package.json', trustedRoot: 'package.json' },
      'SIGN',
      'unexpected form',
    ],
    ['an identity without a signer', { certificateIdentity: 'ci@example.com' }, 'USAGE', 'without a signer'],
    ['half an identity', { identityToken: 'env:TOKEN', certificateIdentity: 'ci@example.com' }, 'USAGE', 'together'],
    [
      'a pattern of its own identity',
      { identityToken: 'env:TOKEN', certificateIdentity: '*@example.com', certificateOidcIssuer: 'https://i.example' },
      'USAGE',
      'its own identity in full',
    ],
    [
      'half of the services',
      { keyless: true, signingConfig: 'package.json' },
      'USAGE',
      'need a signing configuration and a trusted root',
    ],
    [
      'services that are not there',
      { keyless: true, signingConfig: 'absent.json', trustedRoot: 'absent.json' },
      'USAGE',
      'cannot be read',
    ],
    ['a token as an argument', { identityToken: 'eyJhbGciOiJSUzI1NiJ9.canary.canary' }, 'CREDENTIAL', 'found a value'],
    ['a token that is not there', { identityToken: 'file:absent-token' }, 'CREDENTIAL', 'cannot be read'],
    ['a job that may not ask for a token', { keyless: true }, 'CREDENTIAL', 'GitHub Actions'],
  ])('refuses %s', async (_what, options, code, message) => {
    const given = givenSigner(options, {})
    await expect(given).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    await expect(given).rejects.not.toThrow('canary')
  })

  it('lets a fork be judged, and says why nothing is published [fault 56]', async () => {
    expect(await givenSigner({ keyless: true }, { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' })).toEqual(
      { withheld: expect.stringMatching(/^no OIDC token: publish was skipped because/) },
    )
  })
})
