import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { exceptionIdFault } from '../../../src/policy/exception-id.ts'
import {
  policyWith,
  evidenceWith,
  lintFinding,
  now,
  secretFinding,
  valueOf,
  vulnerability,
} from '../gate/good-evidence.ts'

describe('an id that no violation of the rule can have', () => {
  it.each([
    ['lint-level', 'hadolint:DL3008'],
    ['lint-level', 'dl3008'],
    ['lint-level', 'CVE-2026-0001'],
    ['lint-pragmas', 'DL30'],
    ['vulnerabilities', 'CVE-2026-1'],
    ['vulnerabilities', 'cve-2026-0001'],
    ['vulnerabilities', 'GHSA-1234'],
    ['vulnerabilities', 'CVE 2026 0001'],
    ['size-unpacked', 'size'],
    ['user', 'root'],
    ['healthcheck', 'HEALTHCHECK'],
    ['exec-form', 'RUN'],
    ['setuid', 'usr/bin/su'],
    ['shells', 'bash'],
    ['exposed-ports', 'http'],
    ['sbom-complete', 'CycloneDX'],
  ] as const)('is refused for %s: %s', (rule, id) => {
    expect(exceptionIdFault(rule, id)).toMatch(new RegExp(`no violation of ${rule} can have the id`))
  })
})

it('an exception can name the id of every violation that the gate makes', () => {
  const evidence = evidenceWith((bad) => {
    if (bad.lint.status === 'collected') {
      bad.lint.value.findings.push(lintFinding(), lintFinding({ id: 'SC2086' }))
      bad.lint.value.downloads.push({ address: 'https://example.com/tool.tar.gz', line: 3, verified: false })
      bad.lint.value.pragmas.push({ rules: ['DL3003'], line: 1, global: false }, { rules: [], line: 2, global: true })
    }
    valueOf(bad, 'vulnerabilities').findings.push(
      ...[
        'CVE-2026-0001',
        'CVE-2026-1234567',
        'GHSA-jfh8-c2jp-5v3q',
        'GO-2026-4401',
        'TEMP-0000000-ABCDEF',
        'DSA-5417-1',
        'unidentified',
      ].map((id) => vulnerability({ id })),
    )
    Object.assign(valueOf(bad, 'vulnerabilities'), {
      os: { family: 'debian', version: '9', endOfLife: true },
      packageCount: 0,
      uncovered: ['rust'],
    })
    valueOf(bad, 'secrets').findings.push(secretFinding())
    valueOf(bad, 'licenses').packages.push({
      name: '@scope/reader',
      version: '2',
      type: 'node-pkg',
      licenses: ['AGPL-3.0-only'],
    })
    valueOf(bad, 'structure').tests.push({ name: 'Command Test: starts', passed: false, errors: [], seconds: 0 })
    Object.assign(valueOf(bad, 'sbom'), { documents: [], operatingSystem: false, subject: `sha256:${'0'.repeat(64)}` })
    Object.assign(valueOf(bad, 'size'), { unpacked: 1e9, compressed: 1e9, efficiency: 0.1, wasted: 1e9 })
    const file = { path: '/usr/bin/su', mode: '4755', bytes: 1 }
    Object.assign(valueOf(bad, 'configuration'), {
      user: '',
      entrypoint: ['/bin/sh', '-c', 'a'],
      cmd: ['/bin/sh', '-c', 'b'],
      labels: {},
      exposedPorts: ['22/tcp', '53/udp', '8080'],
      healthcheck: undefined,
      setuid: [file],
      worldWritable: [file],
      shells: ['/bin/sh'],
      packageManagers: ['/usr/bin/apt'],
      packageCaches: [file],
      sshServers: ['/usr/sbin/sshd'],
      suspectedSecrets: [{ name: 'TOKEN', where: 'label' }],
    })
  })
  const policy = policyWith({
    configuration: { shells: 'deny', ports: [] },
    size: { compressed: '1 MB' },
    lint: { failOn: 'info', pragmas: 'deny' },
  })
  const results = evaluate(policy, evidence, now).verdict.results.filter(
    ({ rule }) => rule !== 'evidence' && rule !== 'exceptions',
  )
  expect(results.filter(({ violations }) => violations.length > 0).length).toBeGreaterThan(20)
  expect(
    results.flatMap(({ rule, violations }) =>
      violations.map(({ id }) => exceptionIdFault(rule as 'user', id)).filter((fault) => fault !== undefined),
    ),
  ).toEqual([])
})
