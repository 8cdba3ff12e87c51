import { describe, expect, it } from 'vitest'
import { evaluate, resultsOf } from '../../../src/gate/evaluate.ts'
import { rules } from '../../../src/gate/rules.ts'
import type { Evidence, Owner, RuleResult, Vulnerability } from '../../../src/model/index.ts'
import { ruleOwners, type RuleId } from '../../../src/policy/rule-ids.ts'
import type { Policy } from '../../../src/policy/schema.ts'
import {
  applicationLayer,
  baseLayer,
  evidenceWith,
  lintFinding,
  now,
  policy,
  policyWith,
  secretFinding,
  valueOf,
  vulnerability,
  withConfiguration,
  withVulnerabilities,
} from './good-evidence.ts'

const base: Owner = { kind: 'base', reference: 'gcr.io/distroless/python3-debian12:nonroot', line: 7 }
const application: Owner = {
  kind: 'application',
  instruction: 'COPY --from=build /app /app',
  line: 9,
  copiedFrom: 'build',
}
const unknown: Owner = { kind: 'unknown' }
const reason = 'The base is rebuilt each week.'

/** The given number of high vulnerabilities in each layer; a layer that the image does not have makes the owner unknown. */
function vulnerable(counts: { base?: number; application?: number; unknown?: number }): Evidence {
  const of = (count: number | undefined, name: string, layer: string): Vulnerability[] =>
    Array.from({ length: count ?? 0 }, (_value, index) =>
      vulnerability({
        id: `${name}-${index}`,
        severity: 'high',
        package: { name, version: '1', type: 'debian', layer },
      }),
    )
  return withVulnerabilities({
    findings: [
      ...of(counts.base, 'base', baseLayer),
      ...of(counts.application, 'application', applicationLayer),
      ...of(counts.unknown, 'unknown', 'sha256:gone'),
    ],
  })
}

function judge(id: RuleId, evidence: Evidence, by: Policy = policy): RuleResult {
  const asked = rules.filter((rule) => rule.id === id)
  const [result] = resultsOf(asked, by, evidence, now)
  if (result === undefined) throw new Error(`no result of ${id}`)
  return result
}

const denied = ({ violations }: RuleResult): string[] =>
  violations.filter(({ remark }) => remark !== true).map(({ id }) => id)

describe('every rule with owners names the owner of each violation', () => {
  const files = {
    setuid: [
      { path: '/a', mode: '4755', bytes: 1 },
      { path: '/b', mode: '4755', bytes: 1 },
      { path: '/c', mode: '4755', bytes: 1 },
    ],
    worldWritable: [{ path: '/a', mode: '0666', bytes: 1 }],
    shells: ['/a', '/b'],
    packageManagers: ['/b'],
    packageCaches: [{ path: '/a', bytes: 1 }],
    sshServers: ['/b'],
  }
  const inImage = withConfiguration({ ...files, pathLayers: { '/a': baseLayer, '/b': applicationLayer } })
  const strict = policyWith({ configuration: { shells: 'deny' } })

  it.each<[RuleId, Evidence, Array<Owner | undefined>]>([
    ['setuid', inImage, [base, application, unknown]],
    ['world-writable', inImage, [base]],
    ['shells', inImage, [base, application]],
    ['package-managers', inImage, [application]],
    ['package-caches', inImage, [base]],
    ['ssh-server', inImage, [application]],
    ['vulnerabilities', vulnerable({ application: 1, base: 1, unknown: 1 }), [application, base, unknown]],
    [
      'secrets',
      evidenceWith((evidence) =>
        valueOf(evidence, 'secrets').findings.push(
          secretFinding({ id: 'a', layer: applicationLayer }),
          secretFinding({ id: 'b' }),
        ),
      ),
      [application, unknown],
    ],
    [
      'licenses',
      evidenceWith((evidence) =>
        valueOf(evidence, 'licenses').packages.push({
          name: 'x',
          version: '1',
          type: 'debian',
          licenses: ['AGPL-3.0-only'],
          layer: baseLayer,
        }),
      ),
      [base],
    ],
    [
      'lint-level',
      evidenceWith(
        ({ lint }) =>
          lint.status === 'collected' &&
          lint.value.findings.push(
            lintFinding({ id: 'A' }),
            lintFinding({ id: 'B', location: { path: 'Dockerfile', line: 9, within: 'source' } }),
          ),
      ),
      [
        { kind: 'build', stage: 'build', line: 4 },
        { kind: 'application', instruction: 'COPY', line: 9 },
      ],
    ],
    [
      'lint-pragmas',
      evidenceWith(
        ({ lint }) =>
          lint.status === 'collected' && lint.value.pragmas.push({ rules: ['DL3008'], line: 3, global: false }),
      ),
      [{ kind: 'build', stage: 'build', line: 3 }],
    ],
    [
      'add-url',
      evidenceWith(
        ({ lint }) =>
          lint.status === 'collected' &&
          lint.value.downloads.push(
            { address: 'https://example.com/a', line: 4, verified: false },
            { address: 'https://example.com/b', line: 9, verified: false },
          ),
      ),
      [
        { kind: 'build', stage: 'build', line: 4 },
        { kind: 'application', instruction: 'COPY', line: 9 },
      ],
    ],
    [
      'base-pinned',
      evidenceWith((evidence) => Object.assign(valueOf(evidence, 'base').images[0] ?? {}, { pinnedBy: 'nobody' })),
      [{ kind: 'application', instruction: 'FROM', line: 7 }],
    ],
    [
      'base-allowed',
      evidenceWith((evidence) =>
        Object.assign(valueOf(evidence, 'base').images[0] ?? {}, { reference: 'example.test/x:1' }),
      ),
      [{ kind: 'application', instruction: 'FROM', line: 7 }],
    ],
    [
      'base-latest',
      evidenceWith((evidence) =>
        Object.assign(valueOf(evidence, 'base').images[0] ?? {}, { reference: 'docker.io/library/x:latest' }),
      ),
      [{ kind: 'application', instruction: 'FROM', line: 7 }],
    ],
    ['user', withConfiguration({ user: 'root' }), [{ kind: 'application', instruction: 'USER', line: 10 }]],
    [
      'exposed-ports',
      withConfiguration({ exposedPorts: ['22/tcp'] }),
      [{ kind: 'application', instruction: 'EXPOSE 22/tcp', line: 11 }],
    ],
    [
      'exec-form',
      withConfiguration({ entrypoint: ['/bin/sh', '-c', 'x'], cmd: ['/bin/sh', '-c', 'x'] }),
      [unknown, { kind: 'application', instruction: 'ENTRYPOINT', line: 12 }],
    ],
    [
      'suspected-secrets',
      withConfiguration({
        suspectedSecrets: [
          { name: 'API_KEY', where: 'environment' },
          { name: 'FROM_BASE', where: 'environment' },
        ],
      }),
      [{ kind: 'application', instruction: 'ENV API_KEY', line: 8 }, unknown],
    ],
  ])('%s', (id, evidence, owners) => {
    const { violations } = judge(
      id,
      evidence,
      id === 'shells' ? strict : id === 'lint-pragmas' ? policyWith({ lint: { pragmas: 'deny' } }) : policy,
    )
    expect(violations.map(({ owner }) => owner)).toEqual(owners)
    const kinds = owners.flatMap((owner) => (owner === undefined || owner.kind === 'unknown' ? [] : [owner.kind]))
    expect(ruleOwners[id]).toEqual(expect.arrayContaining(kinds))
  })

  it('and no other rule names an owner', () => {
    const violations = evaluate(
      policy,
      evidenceWith((evidence) =>
        Object.assign(valueOf(evidence, 'size'), { unpacked: 1e9, wasted: 1e9, efficiency: 0 }),
      ),
      now,
    )
      .verdict.results.filter(({ rule }) => ruleOwners[rule as RuleId] === undefined)
      .flatMap((result) => result.violations)
    expect(violations.length).toBeGreaterThan(2)
    expect(violations.every(({ owner }) => owner === undefined)).toBe(true)
  })

  it('a USER that is not set has no owner', () => {
    expect(judge('user', withConfiguration({ user: '' })).violations[0]).not.toHaveProperty('owner')
  })
})

describe('thresholds by owner', () => {
  const loose = policyWith({ vulnerabilities: { base: { high: 2 } } })

  it('count the findings of that owner separately, and all others together', () => {
    expect(judge('vulnerabilities', vulnerable({ base: 2 }), loose).status).toBe('passed')
    expect(denied(judge('vulnerabilities', vulnerable({ base: 3 }), loose))).toEqual(['base-0', 'base-1', 'base-2'])
    expect(denied(judge('vulnerabilities', vulnerable({ base: 2, application: 1 }), loose))).toEqual(['application-0'])
  })

  it('leave the common threshold for severities that they do not set', () => {
    const evidence = withVulnerabilities({
      findings: [
        vulnerability({ severity: 'critical', package: { name: 'x', version: '1', type: 'debian', layer: baseLayer } }),
      ],
    })
    expect(judge('vulnerabilities', evidence, loose).status).toBe('failed')
  })

  it('can also be stricter, even if the common one is unlimited', () => {
    const strict = policyWith({ vulnerabilities: { high: 'unlimited', application: { high: 0 } } })
    expect(judge('vulnerabilities', vulnerable({ base: 9 }), strict).status).toBe('passed')
    expect(denied(judge('vulnerabilities', vulnerable({ base: 9, application: 1 }), strict))).toEqual(['application-0'])
    expect(denied(judge('vulnerabilities', vulnerable({ base: 1, unknown: 1 }), strict))).toEqual(['unknown-0'])
  })

  it('count a finding of an unknown owner with each of them', () => {
    const both = policyWith({ vulnerabilities: { high: 3, base: { high: 2 } } })
    expect(judge('vulnerabilities', vulnerable({ base: 2, application: 3 }), both).status).toBe('passed')
    expect(judge('vulnerabilities', vulnerable({ base: 1, application: 2, unknown: 1 }), both).status).toBe('passed')
    expect(denied(judge('vulnerabilities', vulnerable({ base: 2, unknown: 1 }), both))).toEqual([
      'base-0',
      'base-1',
      'unknown-0',
    ])
    expect(denied(judge('vulnerabilities', vulnerable({ application: 3, unknown: 1 }), both))).toEqual([
      'application-0',
      'application-1',
      'application-2',
      'unknown-0',
    ])
  })

  it('are reported with what was counted against them', () => {
    const result = judge('vulnerabilities', vulnerable({ base: 3, application: 1 }), loose)
    expect(result.wanted).toBe('at most 0 critical, 0 high, 0 unknown; from the base alone at most 2 high')
    expect(result.found).toBe(
      '0 critical, 4 high, 0 medium, 0 low, 0 unknown; from the base 0 critical, 3 high, 0 medium, 0 low, 0 unknown',
    )
    expect(result.violations.map(({ wanted }) => wanted)).toEqual([
      'at most 0 high',
      'at most 2 high from the base',
      'at most 2 high from the base',
      'at most 2 high from the base',
    ])
  })
})

describe('levels by owner', () => {
  const evidence = withConfiguration({
    setuid: ['/a', '/b', '/c'].map((path) => ({ path, mode: '4755', bytes: 1 })),
    pathLayers: { '/a': baseLayer, '/b': applicationLayer },
  })
  const with_ = (setting: NonNullable<Policy['rules']['setuid']>) => policyWith({ rules: { setuid: setting } })

  it('can warn for one owner, and deny for the others and for unknown owners', () => {
    const result = judge('setuid', evidence, with_({ level: 'deny', owners: { base: 'warn' }, reason }))
    expect(result).toMatchObject({ status: 'failed', found: `3 files; only warns for base: ${reason}` })
    expect(denied(result)).toEqual(['/b', '/c'])
    expect(result.violations.find(({ id }) => id === '/a')?.remark).toBe(true)
  })

  it('pass with a warning if only that owner has violations', () => {
    const result = judge(
      'setuid',
      withConfiguration({ setuid: [{ path: '/a', mode: '4755', bytes: 1 }], pathLayers: { '/a': baseLayer } }),
      with_({ level: 'deny', owners: { base: 'warn' }, reason }),
    )
    expect(result.status).toBe('warned')
  })

  it('can deny for one owner and for unknown owners if the rule only warns', () => {
    const result = judge('setuid', evidence, with_({ level: 'warn', owners: { application: 'deny' }, reason }))
    expect(result).toMatchObject({ status: 'failed', found: `3 files; only warns, except for application: ${reason}` })
    expect(denied(result)).toEqual(['/b', '/c'])
  })

  it('take effect no earlier than the rule', () => {
    const result = judge(
      'setuid',
      evidence,
      with_({ level: 'deny', owners: { base: 'deny' }, effectiveFrom: '2026-12-01' }),
    )
    expect(result).toMatchObject({ status: 'warned', found: '3 files; only warns until 2026-12-01, then denies' })
  })
})
