import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { Secrets } from '../../../src/model/index.ts'
import { searchSecrets } from '../../../src/tools/inspect/command.ts'
import { parseSecrets } from '../../../src/tools/inspect/secrets.ts'

const recorded = readFileSync(new URL('../../fixtures/inspect/secrets-1.3.0.json', import.meta.url), 'utf8')
const layer = 'sha256:e3a71314fde081f544ce7399c3fe122b5889ffaa51a1d292f2f35d94a5c69f7f'

it('is called by argument list', () => {
  expect(searchSecrets('/archive.tar')).toEqual(['secrets', '/archive.tar'])
})

it('says where credentials are, worst first, and nothing of what they are [faults 37, 38, 84]', () => {
  const { digest, ...evidence } = parseSecrets(recorded)
  expect(digest).toBe('sha256:bce3f5a80e244eb5f278fbeffaa42c5124dd527f93740c58bfdf3831467a7b16')
  expect(Secrets.parse(evidence).findings).toEqual([
    {
      id: 'github-pat',
      severity: 'critical',
      title: 'GitHub personal access token',
      category: 'GitHub',
      location: { path: '/app/data.gz', line: 2, within: 'image' },
      through: ['gzip'],
      layer,
    },
    {
      id: 'setting',
      severity: 'high',
      title: 'Setting that looks like a credential',
      category: 'File',
      location: { path: '/app/.env', line: 1, within: 'image' },
      layer,
    },
    {
      id: 'private-key',
      severity: 'high',
      title: 'Private key',
      category: 'AsymmetricPrivateKey',
      location: { path: '/app/deploy_key', line: 1, within: 'image' },
      layer,
    },
  ])
})

it("says what was searched, what was not, and what is not anybody's secret [fault 84]", () => {
  const { search } = parseSecrets(recorded)
  expect(search).toMatchObject({ files: 7, bytes: 1389 })
  expect(search.notLookedAt).toEqual([
    { because: 'encrypted', files: 1, bytes: 31, paths: ['/app/vault.yml'] },
    { because: 'unknown-format', files: 1, bytes: 1008, paths: ['/app/store.7z'] },
  ])
  expect(search.known.map(({ because, location }) => [because, location.path])).toEqual([
    ['example-value', '/app/README.md'],
    ['package-tests', '/app/node_modules/tls/test/key.pem'],
  ])
})

it('believes no reason that it does not know: another program may mean anything by it [fault 84]', () => {
  for (const [one, other] of [
    ['"reason":"encrypted"', '"reason":"harmless"'],
    ['"known":"package-tests"', '"known":"fine"'],
    ['"severity":"HIGH"', '"severity":"NONE"'],
    ['"schemaVersion":1', '"schemaVersion":2'],
    ['"notLookedAt":', '"skipped":'],
  ] as const) {
    expect(recorded).toContain(one)
    expect(() => parseSecrets(recorded.replace(one, other)), other).toThrow(DeliveryError)
  }
})

it('takes no field that it does not know: it could hold what was matched [fault 38]', () => {
  expect(() => parseSecrets(recorded.replace('"title":', '"match":"correct horse","title":'))).toThrow(DeliveryError)
})
