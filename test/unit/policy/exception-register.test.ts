import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type { RuleResult } from '../../../src/model/index.ts'
import type { Policy, RegisterEntry } from '../../../src/policy/schema.ts'
import {
  digest,
  evidenceWith,
  exception,
  goodEvidence,
  now,
  policyWith,
  valueOf,
  vulnerability,
  withExceptions,
  withLint,
  lintFinding,
  withVulnerabilities,
} from '../gate/good-evidence.ts'

const platforms = ['linux/amd64', 'linux/arm64']
const path = 'app/lib/jinja2/METADATA'
const purl = 'pkg:pypi/jinja2@3.1.2'
/** The same vulnerability of the same package on both platforms. */
const evidence = evidenceWith((changed) => {
  for (const index of [0, 1])
    valueOf(changed, 'vulnerabilities', index).findings.push(
      vulnerability({ package: { name: 'jinja2', version: '3.1.2', type: 'python-pkg', purl, path } }),
    )
}, platforms)

function resultOf(rule: string, policy: Policy, given = evidence, at = now, image = 'shop/orders'): RuleResult {
  const result = evaluate(policy, given, at, { image }).verdict.results.find((entry) => entry.rule === rule)
  if (!result) throw new Error(`no result of ${rule}`)
  return result
}

function allowed(change: Partial<RegisterEntry>): string[] {
  const result = resultOf(
    'vulnerabilities',
    policyWith({ build: { platforms }, exceptions: { register: [exception(change)] } }),
  )
  return result.excepted.map(({ violation }) => violation.platform ?? '')
}

describe('the scope of an exception', () => {
  it.each<[string, Partial<RegisterEntry>, string[]]>([
    ['nothing but the id', {}, platforms],
    ['the subject', { subject: purl }, platforms],
    ['a different subject', { subject: 'pkg:pypi/flask@3.0.0' }, []],
    ['the platform', { platform: 'linux/arm64' }, ['linux/arm64']],
    ['the image', { image: 'shop/orders' }, platforms],
    ['a different image', { image: 'shop/cart' }, []],
    ['the digest of one platform', { digest: digest('image linux/arm64') }, ['linux/arm64']],
    ['the digest of an earlier image', { digest: digest('an older image') }, []],
    ['the path', { path }, platforms],
    ['a directory above the path', { path: 'app/lib' }, []],
    ['the package and its version', { package: purl }, platforms],
    ['the package, in any version', { package: 'pkg:pypi/jinja2' }, platforms],
    ['the package, not normalised', { package: 'pkg:pypi/Jinja2' }, platforms],
    ['a different version', { package: 'pkg:pypi/jinja2@3.1.3' }, []],
    ['a different package', { package: 'pkg:pypi/jinja' }, []],
    ['a qualifier that the package does not have', { package: 'pkg:pypi/jinja2?arch=amd64' }, []],
    ['the package and a different platform', { package: purl, platform: 'linux/s390x' }, []],
    [
      'everything',
      {
        subject: purl,
        platform: 'linux/amd64',
        image: 'shop/orders',
        digest: digest('image linux/amd64'),
        path,
        package: purl,
      },
      ['linux/amd64'],
    ],
    [
      'everything, with the digest of the other platform',
      {
        subject: purl,
        platform: 'linux/amd64',
        image: 'shop/orders',
        digest: digest('image linux/arm64'),
        path,
        package: purl,
      },
      [],
    ],
  ])('%s', (_name, change, expected) => {
    expect(allowed(change)).toEqual(expected)
  })

  it('a package never matches a finding that has none', () => {
    const unnamed = withVulnerabilities({
      findings: [vulnerability({ package: { name: 'jinja2', version: '3.1.2', type: 'python-pkg' } })],
    })
    expect(
      resultOf('vulnerabilities', withExceptions(exception({ package: 'pkg:pypi/jinja2' })), unnamed),
    ).toMatchObject({ status: 'failed', excepted: [] })
  })

  it('the package that has a licence', () => {
    const licensed = evidenceWith((changed) =>
      valueOf(changed, 'licenses').packages.push({
        name: 'reader',
        version: '2',
        type: 'python-pkg',
        purl: 'pkg:pypi/reader@2',
        licenses: ['AGPL-3.0-only'],
      }),
    )
    const judged = (named: string) =>
      resultOf('licenses', withExceptions(exception({ rule: 'licenses', id: 'reader', package: named })), licensed)
        .status
    expect([judged('pkg:pypi/reader@2'), judged('pkg:pypi/reader@1')]).toEqual(['passed', 'failed'])
  })

  it('the path of a source file', () => {
    const lint = withLint([lintFinding({ id: 'DL3008' })])
    const judged = (file: string) =>
      resultOf('lint-level', withExceptions(exception({ rule: 'lint-level', id: 'DL3008', path: file })), lint).status
    expect([judged('Dockerfile'), judged('docker/Dockerfile')]).toEqual(['passed', 'failed'])
  })

  it('an exception for an image allows nothing if the run does not name its image', () => {
    const { verdict } = evaluate(
      withExceptions(exception({ image: 'shop/orders' })),
      withVulnerabilities({ findings: [vulnerability()] }),
      now,
    )
    expect(verdict.outcome).toBe('rejected')
  })
})

describe('the days of an exception', () => {
  const bad = withVulnerabilities({ findings: [vulnerability()] })
  const fresh = (moment: string) =>
    evidenceWith((changed) =>
      Object.assign(valueOf(changed, 'vulnerabilities'), {
        ...valueOf(bad, 'vulnerabilities'),
        database: { ...valueOf(bad, 'vulnerabilities').database, updatedAt: new Date(moment).toISOString() },
      }),
    )
  const at = (moment: string, change: Partial<RegisterEntry>) =>
    resultOf('vulnerabilities', withExceptions(exception(change)), fresh(moment), new Date(moment))

  // The last day counts until it ends in UTC, whatever the time zone of the machine.
  it.each([
    ['2026-12-31T00:00:00Z', 'passed', 0],
    ['2026-12-31T23:59:59.999Z', 'passed', 0],
    ['2027-01-01T00:00:00Z', 'failed', undefined],
    ['2026-12-30T23:59:59.999Z', 'passed', 1],
    ['2027-01-01T13:00:00+14:00', 'passed', 0],
    ['2027-01-01T14:00:00+14:00', 'failed', undefined],
    ['2026-12-31T12:59:59-11:00', 'passed', 0],
    ['2026-12-31T13:00:00-11:00', 'failed', undefined],
  ])('include the last one, 2026-12-31: at %s the rule has %s [fault 34]', (moment, status, daysLeft) => {
    const result = at(moment, { expires: '2026-12-31' })
    expect(result.status).toBe(status)
    expect(result.excepted[0]?.daysLeft).toBe(daysLeft)
  })

  it.each(['America/Los_Angeles', 'Pacific/Kiritimati', 'UTC'])(
    'do not depend on the time zone of the machine: %s [fault 34]',
    (zone) => {
      const before = process.env['TZ']
      process.env['TZ'] = zone
      try {
        expect(at('2026-12-31T23:59:59.999Z', { expires: '2026-12-31' }).status).toBe('passed')
        expect(at('2027-01-01T00:00:00Z', { expires: '2026-12-31' }).status).toBe('failed')
      } finally {
        if (before === undefined) delete process.env['TZ']
        else process.env['TZ'] = before
      }
    },
  )

  it('begin on the day of creation: one created tomorrow is refused', () => {
    expect(at('2026-11-23T12:00:00Z', { created: '2026-11-24' }).status).toBe('failed')
    expect(at('2026-11-23T23:59:59Z', { created: '2026-11-24' }).status).toBe('failed')
    expect(at('2026-11-24T00:00:00Z', { created: '2026-11-24' }).status).toBe('passed')
  })

  it('are announced as ending fourteen days before, and not earlier [fault 29]', () => {
    const told = (expires: string) => resultOf('exceptions', withExceptions(exception({ expires })), bad)
    expect(told('2026-12-08')).toMatchObject({ status: 'passed', violations: [] })
    expect(told('2026-12-07')).toMatchObject({
      status: 'warned',
      found: '1 used, 1 within 14 days of the end',
      violations: [
        {
          id: 'vulnerabilities/CVE-2026-0001',
          found: 'its last day is 2026-12-07, in 14 days; then the violation counts again',
        },
      ],
    })
    expect(told('2026-11-23').violations[0]?.found).toBe(
      'its last day is 2026-11-23: today; then the violation counts again',
    )
  })
})

describe('what the register reports about its entries', () => {
  const bad = withVulnerabilities({ findings: [vulnerability()] })
  const stale = { unused: exception({ id: 'CVE-2026-0002' }), expired: exception({ expires: '2026-11-22' }) }

  it.each([
    ['unused', 'deny', 'warn', 'failed'],
    ['unused', 'warn', 'deny', 'warned'],
    ['expired', 'warn', 'deny', 'failed'],
    ['expired', 'deny', 'warn', 'warned'],
  ] as const)('an %s one with unused: %s and expired: %s has %s [faults 29, 32]', (kind, unused, expired, status) => {
    expect(
      resultOf('exceptions', policyWith({ exceptions: { unused, expired, register: [stale[kind]] } }), goodEvidence())
        .status,
    ).toBe(status)
  })

  it('an exception for a different image is neither used nor unused', () => {
    expect(
      resultOf(
        'exceptions',
        policyWith({ exceptions: { unused: 'deny', register: [exception({ image: 'shop/cart' })] } }),
        bad,
      ),
    ).toMatchObject({ status: 'passed', found: '1 elsewhere' })
  })

  it('a line of an ignore file is used if one of its exceptions is', () => {
    const origin = { kind: 'trivyignore' as const, path: '.trivyignore', place: 'line 1' }
    const line = [exception({ origin }), exception({ rule: 'secrets', origin })]
    expect(resultOf('exceptions', policyWith({ exceptions: { unused: 'deny', register: line } }), bad)).toMatchObject({
      status: 'passed',
      found: '1 used',
    })
    expect(resultOf('exceptions', policyWith({ exceptions: { register: line } }), goodEvidence())).toMatchObject({
      status: 'warned',
      found: '1 unused',
      violations: [{ subject: '.trivyignore, line 1' }],
    })
  })

  it('the verdict says who accepted a risk and why, where it is tracked and what compensates for it', () => {
    const said = {
      reason: 'not reachable from the network',
      owner: 'team-shop',
      ticket: 'SHOP-1',
      created: '2026-11-01',
      expires: '2026-12-31',
      compensatingControl: 'a firewall',
    }
    const { excepted } = resultOf('vulnerabilities', withExceptions(exception(said)), bad)
    expect(excepted).toEqual([{ violation: expect.objectContaining({ id: 'CVE-2026-0001' }), ...said, daysLeft: 38 }])
  })
})
