import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { predicateTypes } from '../../src/model/index.ts'
import { buildAndScan, loadline } from './command-line.ts'
import { serveRegistry } from './registry.ts'
import { signingKey } from './signing-key.ts'
import { tinyImage } from './tiny-image.ts'

const common =
  'version: 1\nextends: advisory\nimage: {name: tiny}\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n'

/** The advisory policy, but an image without a health check is rejected, unless the baseline had none either. */
function strictOnHealth(publicKey: string, more = ''): string {
  const pem = readFileSync(publicKey, 'utf8').trim().replaceAll('\n', '\n      ')
  return `${common}rules: {healthcheck: {level: deny}, size-growth: {level: deny}}
size: {growth: ${more === '' ? '{warn: 1 B, deny: 1 MB}' : more}}
baseline:
  accept: true
  rules: [healthcheck]
  signer:
    publicKey: |
      ${pem}
`
}

it('is the verdict that the signer of the policy attested, and nothing that anybody else says', async () => {
  const [key, stranger, registry] = [await signingKey('one'), await signingKey('two'), await serveRegistry()]
  const release = `${registry}/demo/tiny:1.0.0`
  const first = await buildAndScan(tinyImage('first', common), ['--publish', release, ...key.argv], key.env)
  expect({ exitCode: first.exitCode, failure: first.run.failure }).toEqual({ exitCode: 0, failure: undefined })

  const later = (policy: string, ...argv: string[]) => buildAndScan(tinyImage('later\n'.repeat(500), policy), argv)
  const without = await later(strictOnHealth(key.publicKey))
  expect(without.run.verdict?.results.filter(({ status }) => status === 'failed').map(({ rule }) => rule)).toEqual([
    'size-growth',
    'healthcheck',
  ])

  const { run, exitCode } = await later(strictOnHealth(key.publicKey), '--baseline-release', release)
  expect({ exitCode, failure: run.failure, outcome: run.outcome }).toEqual({
    exitCode: 0,
    failure: undefined,
    outcome: 'passed',
  })
  const of = (rule: string) => run.verdict?.results.find((result) => result.rule === rule)
  const judgedAt = first.run.verdict?.binding.at
  expect(of('healthcheck')).toMatchObject({ status: 'warned', known: [{ since: judgedAt }] })
  expect(of('size-growth')?.violations[0]?.found).toMatch(/^3 kB more: .*; largest new layer: 3 kB/)
  const attested = first.run.release?.attestations?.find(
    ({ predicateType }) => predicateType === predicateTypes.verdict,
  )
  expect(run.verdict?.binding.baseline).toEqual({
    digest: attested?.statement,
    at: judgedAt,
    images: first.run.verdict?.binding.images,
  })

  const grown = await later(strictOnHealth(key.publicKey, '1 kB'), '--baseline-release', release)
  expect(grown.run.verdict?.results.filter(({ status }) => status === 'failed').map(({ rule }) => rule)).toEqual([
    'size-growth',
  ])

  const refused = await later(strictOnHealth(stranger.publicKey), '--baseline-release', release)
  expect(refused.run.failure).toMatchObject({ stage: 'source', code: 'VERIFY' })
  expect(refused.run.failure?.message).toContain('cannot be the baseline: signature of sha256:')

  const unsigned = `${registry}/demo/tiny:unsigned`
  expect((await buildAndScan(tinyImage('unsigned', common), ['--publish', unsigned])).exitCode).toBe(0)
  const nobodys = await later(strictOnHealth(key.publicKey), '--baseline-release', unsigned)
  expect(nobodys.run.failure).toMatchObject({ stage: 'source', code: 'VERIFY' })

  const named = strictOnHealth(key.publicKey).replace('{name: tiny}', '{name: other}')
  const another = await later(named, '--baseline-release', release)
  expect(another.run.failure?.message).toContain(`expected a baseline of other, found one of tiny in ${release}`)

  const source = tinyImage('later\n'.repeat(500), strictOnHealth(key.publicKey))
  const about = ['--reference', release, '--registry', `tcp://${registry}`]
  const call = ['with-baseline-release', ...about, 'build-and-scan', '--source', source]
  const called = await loadline(['dagger', '--silent', 'call', ...call])
  expect(called.exitCode, called.stdout + called.stderr).toBe(0)
})
