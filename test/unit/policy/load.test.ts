import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import {
  defaultPolicy,
  loadPolicy,
  Policy,
  policyDigest,
  ruleIds,
  shippedPolicies,
  shippedPolicyNames,
  strictPolicy,
} from '../../../src/policy/index.ts'

const now = new Date('2026-11-23T12:00:00Z')

function load(text: string, at = now): Policy {
  return loadPolicy(text, 'loadline.yaml', at)
}

function refusal(text: string, at: Date): DeliveryError {
  try {
    load(text, at)
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
  throw new Error('the policy was accepted')
}

function problems(text: string, at = now): string[] {
  const error = refusal(text, at)
  expect(error.code).toBe('POLICY')
  expect(error.exitCode).toBe(2)
  expect(error.hint).not.toBe('')
  return error.message.split('\n')
}

describe('the shipped policies', () => {
  it.each(shippedPolicyNames)('%s.yaml matches the policy of that name', (name) => {
    const text = readFileSync(new URL(`../../../pipelines/policies/${name}.yaml`, import.meta.url), 'utf8')
    expect(load(text)).toEqual(shippedPolicies[name])
  })

  it.each(shippedPolicyNames)('%s is complete and valid', (name) => {
    expect(Policy.parse(shippedPolicies[name])).toEqual(shippedPolicies[name])
  })

  it('advisory denies only missing evidence', () => {
    const warned = Object.entries(shippedPolicies.advisory.rules)
    expect(ruleIds.filter((id) => !warned.some(([rule]) => rule === id))).toEqual(['evidence'])
    expect(warned.every(([, setting]) => setting.level === 'warn' && (setting.reason?.length ?? 0) > 10)).toBe(true)
  })

  it('strict is nowhere more permissive than the default', () => {
    for (const severity of ['critical', 'high', 'medium', 'low', 'unknown'] as const) {
      const [strict, usual] = [strictPolicy.vulnerabilities[severity], defaultPolicy.vulnerabilities[severity]]
      expect(usual === 'unlimited' || (strict !== 'unlimited' && strict <= usual)).toBe(true)
    }
    expect(strictPolicy.exceptions.maximumDays).toBeLessThanOrEqual(defaultPolicy.exceptions.maximumDays)
    expect(strictPolicy.size.efficiency).toBeGreaterThanOrEqual(defaultPolicy.size.efficiency)
  })
})

describe('a setting for one owner', () => {
  it('can be a threshold, and severities that it does not set keep the common one', () => {
    const policy = load(
      'version: 1\nvulnerabilities: { base: { high: 5, medium: unlimited }, application: { medium: 0 } }',
    )
    expect(policy.vulnerabilities).toEqual({
      ...defaultPolicy.vulnerabilities,
      base: { high: 5, medium: 'unlimited' },
      application: { medium: 0 },
    })
  })

  it('can be written as the documentation shows', () => {
    const [, example = ''] =
      /```yaml\n([\s\S]*?)```/.exec(readFileSync(new URL('../../../docs/owners.md', import.meta.url), 'utf8')) ?? []
    expect(load(example)).toMatchObject({
      vulnerabilities: { high: 0, base: { high: 5 } },
      rules: { setuid: { level: 'deny', owners: { base: 'warn' } } },
    })
  })

  it('can be the level of a rule, with a reason if it does not deny', () => {
    const policy = load(
      'version: 1\nrules: { setuid: { level: deny, owners: { base: warn }, reason: The base is rebuilt each week. } }',
    )
    expect(policy.rules.setuid).toEqual({
      level: 'deny',
      owners: { base: 'warn' },
      reason: 'The base is rebuilt each week.',
    })
    expect(load('version: 1\nrules: { shells: { level: deny, owners: { base: deny } } }').rules.shells?.owners).toEqual(
      { base: 'deny' },
    )
  })

  it.each([
    ['vulnerabilities: { build: { high: 5 } }', /vulnerabilities\.build: unknown key/],
    ['vulnerabilities: { base: { hihg: 5 } }', /vulnerabilities\.base\.hihg: unknown key; did you mean "high"\?/],
    ['vulnerabilities: { base: { high: -1 } }', /vulnerabilities\.base\.high: expected/],
    ['vulnerabilities: { base: 5 }', /vulnerabilities\.base: expected a map of keys/],
    ['rules: { setuid: { level: deny, owners: { base: warn } } }', /rules\.setuid\.reason: expected a reason/],
    [
      'rules: { setuid: { level: warn, reason: The base is rebuilt each week., owners: { base: off } } }',
      /rules\.setuid\.owners\.base: expected one of "deny", "warn"/,
    ],
    ['rules: { setuid: { level: deny, owners: { bas: deny } } }', /rules\.setuid\.owners\.bas/],
    [
      'rules: { setuid: { level: deny, owners: { build: deny } } }',
      /rules\.setuid\.owners\.build: expected base or application; no finding of the rule setuid has the owner build/,
    ],
    [
      'rules: { size-unpacked: { level: deny, owners: { base: deny } } }',
      /rules\.size-unpacked\.owners: the rule size-unpacked judges the image as a whole/,
    ],
    [
      'rules: { setuid: { level: off, reason: The base is rebuilt each week., owners: { base: deny } } }',
      /rules\.setuid\.owners: a rule that is off judges nothing/,
    ],
  ])('refuses %s', (text, message) => expect(problems(`version: 1\n${text}`).join('\n')).toMatch(message))
})

describe('a partial policy', () => {
  it('keeps the default for everything that it does not set', () => {
    expect(load('version: 1')).toEqual(defaultPolicy)
  })

  it('merges sections key by key', () => {
    expect(load('version: 1\nvulnerabilities:\n  medium: 3\n').vulnerabilities).toEqual({
      ...defaultPolicy.vulnerabilities,
      medium: 3,
    })
  })

  it('merges the list of exploited vulnerabilities key by key, and replaces a size limit with both of its levels', () => {
    const { vulnerabilities, size } = load(
      'version: 1\nvulnerabilities: {knownExploited: {file: kev.json}}\nsize: {unpacked: {warn: 80 MB}, growth: 5 MB}',
    )
    expect(vulnerabilities.knownExploited).toEqual({ list: 'optional', maximumAge: '14d', file: 'kev.json' })
    expect(size).toMatchObject({ unpacked: { warn: '80 MB' }, growth: '5 MB' })
  })

  it('replaces lists', () => {
    expect(load('version: 1\nlicenses: {deny: [MIT]}').licenses).toEqual({ deny: ['MIT'], unknown: 'report' })
  })

  it('builds on the policy that it extends', () => {
    expect(load('version: 1\nextends: strict\nvulnerabilities: {medium: 5}')).toEqual({
      ...strictPolicy,
      vulnerabilities: { ...strictPolicy.vulnerabilities, medium: 5 },
    })
  })

  it('replaces the whole setting of a rule', () => {
    const { rules } = load('version: 1\nextends: advisory\nrules: {user: {level: deny}}')
    expect(rules.user).toEqual({ level: 'deny' })
    expect(rules.setuid?.level).toBe('warn')
  })

  it('contains no trace of what it extends, and its digest does not depend on how it is written', () => {
    const short = load('version: 1\nlint: {failOn: error}')
    const long = load('lint:\r\n  "failOn": "error"\r\n  pragmas: report\r\nversion: 1\r\nextends: default\r\n')
    expect(long).toEqual(short)
    expect(policyDigest(long)).toBe(policyDigest(short))
    expect(policyDigest(short)).not.toBe(policyDigest(defaultPolicy))
    expect(policyDigest(short)).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('does not change the shipped policies', () => {
    const before = JSON.stringify(shippedPolicies)
    load('version: 1\nvulnerabilities: {medium: 3}\nrules: {user: {level: warn, reason: an old image}}')
    expect(JSON.stringify(shippedPolicies)).toBe(before)
  })

  it('may have a byte order mark and Windows line endings', () => {
    expect(load('\uFEFFversion: 1\r\nlint:\r\n  failOn: error\r\n').lint.failOn).toBe('error')
  })

  it('keeps dates and quoted arguments as text', () => {
    const policy = load(
      'version: 1\nbuild: {args: {VERSION: "1.10", FLAG: "true"}}\nexceptions: {register: [{rule: setuid, id: /usr/bin/su, reason: needed by the agent, owner: team-x, expires: 2027-01-31}]}',
    )
    expect(policy.build.args).toEqual({ VERSION: '1.10', FLAG: 'true' })
    expect(policy.exceptions.register[0]?.expires).toBe('2027-01-31')
  })

  it('allows bases from any registry that is fully spelled', () => {
    const allow = [
      'docker.io/*',
      '127.0.0.1:5000/library/python',
      'localhost/a',
      'localhost:5000/a/*',
      'registry:5000/a',
      'ghcr.io/acme/base__x',
    ]
    expect(load(`version: 1\nbase: {allow: ${JSON.stringify(allow)}}`).base.allow).toEqual(allow)
  })

  it('does not read the environment [fault 35]', () => {
    process.env['LOADLINE_POLICY'] = 'off'
    process.env['LOADLINE_RULES_USER'] = 'off'
    try {
      expect(load('version: 1')).toEqual(defaultPolicy)
    } finally {
      delete process.env['LOADLINE_POLICY']
      delete process.env['LOADLINE_RULES_USER']
    }
  })
})

describe('a mistake is reported with its position, what was expected, what was found and what was probably meant', () => {
  it.each([
    [
      'version: 1\nvulnerabilities:\n  critcal: 0\n',
      'loadline.yaml:3:3: vulnerabilities.critcal: unknown key; did you mean "critical"?',
    ],
    [
      'version: 1\nvulnerabilties: {}\n',
      'loadline.yaml:2:1: vulnerabilties: unknown key; did you mean "vulnerabilities"?',
    ],
    [
      'version: 1\nminimumUid: 5\n',
      'loadline.yaml:2:1: minimumUid: unknown key here; did you mean configuration.minimumUid?',
    ],
    ['version: 1\nsecrets: {zzz: 1}\n', 'loadline.yaml:2:11: secrets.zzz: unknown key; known here: allowed'],
    [
      'version: 1\nrules:\n  vulnerabilites: {level: deny}\n',
      'loadline.yaml:3:3: rules.vulnerabilites: unknown key; did you mean "vulnerabilities"?',
    ],
    [
      'version: 1\nexceptions: {regster: []}',
      'loadline.yaml:2:14: exceptions.regster: unknown key; did you mean "register"?',
    ],
    [
      'version: 1\nextends: strickt',
      'loadline.yaml:2:10: extends: expected one of "default", "strict", "advisory"; found the text "strickt"; did you mean "strict"?',
    ],
    [
      'version: 1\nlint: {failOn: warn}',
      'loadline.yaml:2:16: lint.failOn: expected one of "error", "warning", "info", "style"; found the text "warn"',
    ],
    [
      'version: 1\nvulnerabilities: {high: -1}',
      'loadline.yaml:2:25: vulnerabilities.high: expected at least 0; found the number -1',
    ],
    [
      'version: 1\nvulnerabilities: {high: .nan}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found the number NaN',
    ],
    [
      'version: 1\nvulnerabilities: {high: .inf}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found the number Infinity',
    ],
    [
      'version: 1\nvulnerabilities: {high: "0"}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found the text "0"; write it without quotes',
    ],
    [
      'version: 1\nvulnerabilities: {high: 1.5}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found the number 1.5',
    ],
    [
      'version: 1\nvulnerabilities: {high: }',
      'loadline.yaml:2:19: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found nothing',
    ],
    [
      'version: 1\nvulnerabilities: {high: true}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found true',
    ],
    [
      'version: 1\nvulnerabilities: {high: [0]}',
      'loadline.yaml:2:25: vulnerabilities.high: expected a whole number, 0 or more, or "unlimited"; found a list',
    ],
    [
      'version: 1\nsize: {unpacked: 100}',
      'loadline.yaml:2:18: size.unpacked: expected a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB", or { warn: 80 MB, deny: 100 MB }; found the number 100',
    ],
    [
      'version: 1\nsize: {unpacked: {wran: 80 MB, deny: 100 MB}}',
      'loadline.yaml:2:19: size.unpacked.wran: unknown key; did you mean "warn"?',
    ],
    [
      'version: 1\nsize: {growth: {warn: 80}}',
      'loadline.yaml:2:23: size.growth.warn: expected a size with its unit, e.g. "100 MB" (1 MB is 1,000,000 bytes) or "96 MiB"; found the number 80',
    ],
    [
      'version: 1\nsize: {unpacked: {warn: 120 MB, deny: 100 MB}}',
      'loadline.yaml:2:25: size.unpacked.warn: expected a size that is not above deny; found the text "120 MB"',
    ],
    ['version: 1\nsize: {unpacked: {}}', 'loadline.yaml:2:18: size.unpacked: expected warn, deny or both; found a map'],
    [
      'version: 1\nvulnerabilities: {knownExploited: {lists: required}}',
      'loadline.yaml:2:36: vulnerabilities.knownExploited.lists: unknown key; did you mean "list"?',
    ],
    [
      'version: 1\nvulnerabilities: {knownExploited: {file: /kev.json}}',
      'loadline.yaml:2:42: vulnerabilities.knownExploited.file: expected a path inside the source directory: relative, without ".." and backslashes; found the text "/kev.json"',
    ],
    [
      'version: 1\nbaseline: {accept: yes}',
      'loadline.yaml:2:20: baseline.accept: expected true or false; found the text "yes"; YAML 1.2 knows only true and false',
    ],
    [
      'version: 1\nsize: {efficiency: 1.1}',
      'loadline.yaml:2:20: size.efficiency: expected at most 1; found the number 1.1',
    ],
    [
      'version: 1\nstructure: {required: yes}',
      'loadline.yaml:2:23: structure.required: expected true or false; found the text "yes"; YAML 1.2 knows only true and false',
    ],
    [
      'version: 1\nlicenses: {deny: [agpl-3.0]}',
      'loadline.yaml:2:19: licenses.deny[0]: expected one SPDX licence id, e.g. AGPL-3.0-only, or a LicenseRef-...; case matters; found the text "agpl-3.0"',
    ],
    [
      'version: 1\nlicenses: {deny: [MIT OR GPL-2.0-only]}',
      'loadline.yaml:2:19: licenses.deny[0]: expected one SPDX licence id, e.g. AGPL-3.0-only, or a LicenseRef-...; case matters; found the text "MIT OR GPL-2.0-only"',
    ],
    [
      'version: 1\nbuild: {dockerfile: ../Dockerfile}',
      'loadline.yaml:2:21: build.dockerfile: expected a path inside the source directory: relative, without ".." and backslashes; found the text "../Dockerfile"',
    ],
    [
      'version: 1\nbuild: {platforms: [amd64]}',
      'loadline.yaml:2:21: build.platforms[0]: expected a platform as os/architecture, e.g. linux/amd64; found the text "amd64"',
    ],
    ...['python', 'library/python', 'docker.io/library/python:3.11', 'docker.io', '*', '*/*', 'docker.io/*/python'].map(
      (entry) => [
        `version: 1\nbase: {allow: ["${entry}"]}`,
        `loadline.yaml:2:16: base.allow[0]: expected a fully spelled repository without tag, e.g. docker.io/library/python, or docker.io/library/*; found the text "${entry}"`,
      ],
    ),
    // Empty selections.
    [
      'version: 1\nbuild: {platforms: []}',
      'loadline.yaml:2:20: build.platforms: expected at least 1 in the list; found an empty list',
    ],
    [
      'version: 1\nbase: {allow: []}',
      'loadline.yaml:2:15: base.allow: expected at least 1 in the list; found an empty list',
    ],
    [
      'version: 1\ndatabase: {accept: []}',
      'loadline.yaml:2:20: database.accept: expected at least 1 in the list; found an empty list',
    ],
    [
      'version: 1\nlicenses: {deny: []}',
      'loadline.yaml:2:18: licenses.deny: expected at least one entry; to require none, turn the rule off with a reason, in rules.licenses; found an empty list',
    ],
    [
      'version: 1\nconfiguration: {labels: []}',
      'loadline.yaml:2:25: configuration.labels: expected at least one entry; to require none, turn the rule off with a reason, in rules.labels; found an empty list',
    ],
    ['version: 1\nrules:', 'loadline.yaml:2:1: rules: expected a map of keys; found nothing'],
    // Disabling a rule.
    [
      'version: 1\nrules: {user: {level: off}}',
      'loadline.yaml:2:15: rules.user.reason: expected a reason, in at least ten characters: the rule does not reject; found nothing',
    ],
    [
      'version: 1\nrules: {user: {level: off, reason: because}}',
      'loadline.yaml:2:36: rules.user.reason: expected a reason, in at least ten characters; found the text "because"',
    ],
    [
      'version: 1\nrules: {evidence: {level: off, reason: we are in a hurry}}',
      'loadline.yaml:2:19: rules.evidence: the rule evidence always rejects: without evidence the answer cannot be yes; remove the setting and make the evidence available',
    ],
    [
      'version: 1\nrules: {user: {level: deny, effectiveFrom: 2029-01-01}}',
      'loadline.yaml:2:44: rules.user.effectiveFrom: expected a date at most 180 days from today (exceptions.maximumDays), found 2029-01-01; choose an earlier date, or set level: warn with a reason',
    ],
    // The document.
    ['extends: strict', 'loadline.yaml:1:1: version: expected 1; found nothing'],
    ['version: 2', 'loadline.yaml:1:10: version: expected 1; found the number 2'],
    ['version: "1"', 'loadline.yaml:1:10: version: expected 1; found the text "1"; write it without quotes'],
    ['- version: 1', 'loadline.yaml:1:1: expected a map of keys; found a list'],
    ['hello', 'loadline.yaml:1:1: expected a map of keys; found the text "hello"'],
  ])('%j [faults 26, 35]', (text, message) => {
    expect(problems(text)).toEqual([message])
  })

  it('all at once, in the order of the file', () => {
    const found = problems(
      'version: 1\nlint: {failOn: never}\nsecrets: {allowed: "0"}\nrules: {evidence: {level: warn, reason: we are in a hurry}}\nunknownSection: 1\n',
    )
    expect(found.map((line) => line.split(':').slice(1, 3).join(':'))).toEqual(['2:16', '3:20', '4:19', '5:1'])
  })

  it('up to a hundred, and how many more there are', () => {
    const found = problems(`version: 1\n${Array.from({ length: 150 }, (_, index) => `key${index}: 1`).join('\n')}`)
    expect(found).toHaveLength(101)
    expect(found.at(-1)).toBe('... and 50 more')
  })

  it('with no more than the beginning of a long value', () => {
    expect(problems(`version: 1\nlint: {failOn: ${'x'.repeat(10_000)}}`)[0]?.length).toBeLessThan(300)
  })
})

describe('an exception', () => {
  const good =
    'rule: vulnerabilities, id: CVE-2026-1234, reason: not reachable here, owner: team-x, expires: 2027-01-31'

  it('is accepted if it is complete', () => {
    expect(load(register(good)).exceptions.register).toEqual([
      {
        rule: 'vulnerabilities',
        id: 'CVE-2026-1234',
        reason: 'not reachable here',
        owner: 'team-x',
        expires: '2027-01-31',
      },
    ])
  })

  it.each([
    [
      good.replace(', reason: not reachable here', ''),
      'exceptions.register[0].reason: expected a reason, in at least ten characters; found nothing',
    ],
    [
      good.replace('not reachable here', '"          "'),
      'exceptions.register[0].reason: expected a reason, in at least ten characters; found the text "          "',
    ],
    [
      good.replace(', owner: team-x', ''),
      'exceptions.register[0].owner: expected a team or a mail address; found nothing',
    ],
    [
      good.replace(', expires: 2027-01-31', ''),
      'exceptions.register[0].expires: expected a date, e.g. 2027-01-31; found nothing',
    ],
    [
      good.replace('2027-01-31', '2027-02-29'),
      'exceptions.register[0].expires: expected a date, e.g. 2027-01-31; found the text "2027-02-29"',
    ],
    [
      good.replace('2027-01-31', 'never'),
      'exceptions.register[0].expires: expected a date, e.g. 2027-01-31; found the text "never"',
    ],
    [
      good.replace('2027-01-31', '2027-05-23'),
      'exceptions.register[0].expires: expected a date at most 180 days from today (exceptions.maximumDays), found 2027-05-23, 181 days away; choose an earlier date and reassess the risk then',
    ],
    [
      good.replace('CVE-2026-1234', 'CVE-2026-*'),
      'exceptions.register[0].id: expected the id of one violation: wildcards are refused, an exception names one finding; found the text "CVE-2026-*"',
    ],
    [
      good.replace('CVE-2026-1234', '"?"'),
      'exceptions.register[0].id: expected the id of one violation: wildcards are refused, an exception names one finding; found the text "?"',
    ],
    [
      `${good}, subject: "pkg:deb/*"`,
      'exceptions.register[0].subject: expected one subject: wildcards are refused; found the text "pkg:deb/*"',
    ],
    [
      good.replace('vulnerabilities', 'vulnerabilites'),
      'exceptions.register[0].rule: expected a known name; found the text "vulnerabilites"; did you mean "vulnerabilities"?',
    ],
    [
      good.replace('vulnerabilities', 'evidence'),
      'exceptions.register[0].rule: no exception is possible from evidence: missing evidence is not a risk that can be accepted; make the evidence available',
    ],
    [
      good.replace('vulnerabilities', 'exceptions'),
      'exceptions.register[0].rule: no exception is possible from exceptions: an exception cannot allow another one; fix or remove the other one',
    ],
    [
      good.replace('CVE-2026-1234', 'unidentified'),
      'exceptions.register[0].id: expected a single finding, found "unidentified", which stands for every finding without an ID; add the subject that the report prints',
    ],
    // Days that contradict each other or the clock.
    [
      `${good}, created: 2026-11-24`,
      'exceptions.register[0].created: expected a date that is not in the future, found 2026-11-24; dates are in UTC',
    ],
    [
      `${good.replace('2027-01-31', '2026-11-20')}, created: 2026-11-20`,
      'exceptions.register[0].expires: expected a date after 2026-11-20, when it was created, found 2026-11-20',
    ],
    // A scope that nothing can have.
    [
      `${good}, digest: sha256:abc`,
      'exceptions.register[0].digest: expected a digest is "sha256:" and 64 lower-case hexadecimal digits; found the text "sha256:abc"',
    ],
    [
      `${good}, image: Shop/*`,
      'exceptions.register[0].image: expected lower-case letters, digits and separators, e.g. shop/orders; found the text "Shop/*"',
    ],
    [
      `${good}, path: /app/*`,
      'exceptions.register[0].path: expected one path: wildcards are refused; found the text "/app/*"',
    ],
    [
      `${good}, package: "pkg:deb/debian/*"`,
      'exceptions.register[0].package: expected a package URL without wildcards, e.g. pkg:deb/debian/libssl3 or pkg:pypi/jinja2@3.1.2; found the text "pkg:deb/debian/*"',
    ],
    [
      `${good}, package: libssl3`,
      'exceptions.register[0].package: expected a package URL without wildcards, e.g. pkg:deb/debian/libssl3 or pkg:pypi/jinja2@3.1.2; found the text "libssl3"',
    ],
    [
      'rule: lint-level, id: DL3008, platform: linux/amd64, reason: not reachable here, owner: team-x, expires: 2027-01-31',
      'exceptions.register[0].platform: no violation of lint-level has one: it is about the source, and the same for every image; remove the key',
    ],
    [
      'rule: setuid, id: /usr/bin/su, package: "pkg:deb/debian/login", reason: not reachable here, owner: team-x, expires: 2027-01-31',
      'exceptions.register[0].package: no violation of setuid is about a package; remove the key',
    ],
    // What is said to the consumers of the image.
    [
      'rule: setuid, id: /usr/bin/su, vex: {status: not_affected, justification: component_not_present}, reason: not reachable here, owner: team-x, expires: 2027-01-31',
      'exceptions.register[0].vex: OpenVEX covers vulnerabilities, not setuid; remove the key',
    ],
    [
      `${good}, vex: {status: not_affected, justification: we_say_so}`,
      'exceptions.register[0].vex.justification: expected one of "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"; found the text "we_say_so"',
    ],
    [
      `${good}, vex: {status: fixed, justification: component_not_present}`,
      'exceptions.register[0].vex.status: expected "not_affected"; found the text "fixed"',
    ],
    // An origin is for what Loadline takes from files itself.
    [
      `${good}, origin: {kind: openvex, path: a, place: b}`,
      'exceptions.register[0].origin: unknown key; known here: rule, id, subject, platform, image, digest, path, package, reason, owner, ticket, created, expires, compensatingControl, vex',
    ],
    [
      `${good}, note: x`,
      'exceptions.register[0].note: unknown key; known here: rule, id, subject, platform, image, digest, path, package, reason, owner, ticket, created, expires, compensatingControl, vex',
    ],
  ])('{%s} is refused [faults 30, 31, 33]', (entry, message) => {
    expect(problems(register(entry)).map((line) => line.replace(/^loadline\.yaml:4:\d+: /, ''))).toEqual([message])
  })

  it('is refused if it is a duplicate', () => {
    expect(problems(register(good, good.replace('2027-01-31', '2027-01-30')))).toEqual([
      'loadline.yaml:5:7: exceptions.register[1]: the same exception as exceptions.register[0]: same rule, id and scope; keep one',
    ])
    expect(load(register(good, `${good}, platform: linux/arm64`)).exceptions.register).toHaveLength(2)
  })

  it('may end on the last day that the policy allows, and may have expired, which the gate reports', () => {
    expect(load(register(good.replace('2027-01-31', '2027-05-22'))).exceptions.register).toHaveLength(1)
    expect(load(register(good.replace('2027-01-31', '2020-01-01'))).exceptions.register).toHaveLength(1)
  })

  it('is limited by what the same file sets, or else the policy that it extends', () => {
    expect(problems(`${register(good)}  maximumDays: 7\n`)[0]).toContain('at most 7 days')
    expect(problems(`extends: strict\n${register(good.replace('2027-01-31', '2027-03-31'))}`)[0]).toContain(
      'at most 90 days',
    )
    expect(problems(`${register(good)}  maximumDays: 100000\n`)[0]).toContain(
      'exceptions.maximumDays: expected at most 366',
    )
  })

  it.each([
    ['2026-11-22T23:59:59.999Z', [expect.stringContaining('181 days away')]],
    ['2026-11-23T00:00:00.000Z', []],
    ['2026-11-23T23:59:59.999Z', []],
  ])('is limited in UTC days: at %s [fault 34]', (moment, told) => {
    expect(
      problems(`${register(good.replace('2027-01-31', '2027-05-22'))}wrong: 1\n`, new Date(moment)).slice(0, -1),
    ).toEqual(told)
  })
})

describe('an ignore file of another tool that the policy honours', () => {
  const good = 'file: .trivyignore, reason: looked at by the security team, owner: team-x, expires: 2027-01-31'
  const trivy = (entry: string) => `version: 1\nsuppressions:\n  trivyignore:\n    - {${entry}}\n`

  it('is listed with its owner and expiry date', () => {
    expect(load(trivy(good)).suppressions).toEqual({
      openvex: [],
      trivyignore: [
        { file: '.trivyignore', reason: 'looked at by the security team', owner: 'team-x', expires: '2027-01-31' },
      ],
      hadolint: [],
    })
  })

  it.each([
    [
      good.replace(', owner: team-x', ''),
      'suppressions.trivyignore[0].owner: expected a team or a mail address; found nothing',
    ],
    [
      good.replace(', reason: looked at by the security team', ''),
      'suppressions.trivyignore[0].reason: expected a reason, in at least ten characters; found nothing',
    ],
    [
      good.replace(', expires: 2027-01-31', ''),
      'suppressions.trivyignore[0].expires: expected a date, e.g. 2027-01-31; found nothing',
    ],
    [
      good.replace('2027-01-31', '2028-01-31'),
      'suppressions.trivyignore[0].expires: expected a date at most 180 days from today (exceptions.maximumDays), found 2028-01-31, 434 days away; choose an earlier date and reassess the risk then',
    ],
    [
      `${good}, created: 2027-01-01`,
      'suppressions.trivyignore[0].created: expected a date that is not in the future, found 2027-01-01; dates are in UTC',
    ],
    [
      good.replace('.trivyignore', '../.trivyignore'),
      'suppressions.trivyignore[0].file: expected a path inside the source directory: relative, without ".." and backslashes; found the text "../.trivyignore"',
    ],
    [
      `${good}, id: CVE-2026-1234`,
      'suppressions.trivyignore[0].id: unknown key; known here: file, reason, owner, ticket, created, expires, compensatingControl',
    ],
  ])('{%s} is refused', (entry, message) => {
    expect(problems(trivy(entry)).map((line) => line.replace(/^loadline\.yaml:4:\d+: /, ''))).toEqual([message])
  })

  it('is listed only once', () => {
    expect(problems(`${trivy(good)}    - {${good}}\n`)).toEqual([
      'loadline.yaml:5:14: suppressions.trivyignore[1].file: the same file as suppressions.trivyignore[0]; keep one',
    ])
  })
})

function register(...entries: string[]): string {
  return `version: 1\nexceptions:\n  register:\n${entries.map((entry) => `    - {${entry}}\n`).join('')}`
}
