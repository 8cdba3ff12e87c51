import { describe, expect, it } from 'vitest'
import { readHadolintIgnored } from '../../../../src/policy/suppressions/hadolint-ignored.ts'
import { readTrivyIgnore } from '../../../../src/policy/suppressions/trivy-ignore.ts'

const acceptance = { reason: 'Looked at by the security team.', owner: 'team-security', expires: '2027-01-31' }
const lines = (text: string) => readTrivyIgnore(text, { file: '.trivyignore', ...acceptance })
const yaml = (text: string) => readTrivyIgnore(text, { file: '.trivyignore.yaml', ...acceptance })
const hadolint = (text: string) => readHadolintIgnored(text, { file: '.hadolint.yaml', ...acceptance })

describe('.trivyignore', () => {
  it('looks for each id among vulnerabilities and secrets, as Trivy does [fault 17]', () => {
    const origin = { kind: 'trivyignore', path: '.trivyignore', place: 'line 3' }
    expect(lines('# accepted\n\nCVE-2024-22195\n').entries).toEqual([
      { rule: 'vulnerabilities', id: 'CVE-2024-22195', ...acceptance, origin },
      { rule: 'secrets', id: 'CVE-2024-22195', ...acceptance, origin },
    ])
  })

  it.each([
    ['exp:2026-12-24', '2026-12-23'],
    ['exp:2027-06-30', '2027-01-31'],
    ['exp:2027-02-01', '2027-01-31'],
    ['exp:2027-01-01 # after the holidays', '2026-12-31'],
    ['exp:2024-03-01', '2024-02-29'],
  ])(
    'with %s ends on %s: Trivy stops when that day begins, and a file can only shorten what the policy allows',
    (option, expires) => {
      expect(lines(`CVE-2024-22195 ${option}\r\n`).entries.map((entry) => entry.expires)).toEqual([expires, expires])
    },
  )

  it.each([
    ['CVE-2024-*', /^\.trivyignore:1: "CVE-2024-\*": .*wildcards are refused/],
    ['CVE-2024-1 exp:tomorrow', /^\.trivyignore:1: expected an id and optionally exp:2027-01-31, found "exp:tomorrow"/],
    ['CVE-2024-1\nCVE-2024-2 because we say so', /^\.trivyignore:2: .*found "because"/],
  ])('%j is refused', (text, message) => {
    expect(() => lines(text)).toThrow(message)
  })

  it('with too many lines is refused', () => {
    expect(() => lines(Array.from({ length: 1_001 }, (_, index) => `CVE-2024-${index}`).join('\n'))).toThrow(
      /at most 2000 exceptions/,
    )
  })
})

describe('.trivyignore.yaml', () => {
  it('gives one exception for each path and package that it names [fault 17]', () => {
    const { entries } = yaml(`vulnerabilities:
  - id: CVE-2024-22195
    paths: [app/a/METADATA, app/b/METADATA]
    purls: ["pkg:pypi/jinja2@3.1.2", "pkg:pypi/jinja2@3.1.1"]
    statement: xmlattr is never called
    expired_at: 2027-01-01
secrets:
  - id: private-key
    paths: [/app/test.pem]
`)
    expect(
      entries.map(({ rule, id, path, package: named, reason, expires, origin }) => [
        rule,
        id,
        path,
        named,
        reason,
        expires,
        origin?.place,
      ]),
    ).toEqual([
      ...['app/a/METADATA', 'app/b/METADATA'].flatMap((path) =>
        ['pkg:pypi/jinja2@3.1.2', 'pkg:pypi/jinja2@3.1.1'].map((purl) => [
          'vulnerabilities',
          'CVE-2024-22195',
          path,
          purl,
          `${acceptance.reason} The file says: xmlattr is never called`,
          '2026-12-31',
          'vulnerabilities[0]',
        ]),
      ),
      ['secrets', 'private-key', '/app/test.pem', undefined, acceptance.reason, '2027-01-31', 'secrets[0]'],
    ])
  })

  it('reports what it cannot take over', () => {
    const { entries, left } = yaml('misconfigurations: [{id: AVD-DS-0002}]\nlicenses: [{id: GPL-3.0}]\n')
    expect(entries).toEqual([])
    expect(left).toEqual([
      'misconfigurations[0], AVD-DS-0002: Loadline does not run these Trivy checks',
      'licenses[0], GPL-3.0: it names a licence for every package, but an exception to licenses names one package; write it in the register',
    ])
  })

  it('takes the rest over if a section that it skips contains something it cannot read', () => {
    const { entries, left } = yaml(
      'misconfigurations:\n  - id: AVD-KSV-0014\n    paths: ["deploy/**/*.yaml"]\nvulnerabilities:\n  - id: CVE-2023-2650\n',
    )
    expect(entries.map(({ id }) => id)).toEqual(['CVE-2023-2650'])
    expect(left).toEqual(['misconfigurations[0], AVD-KSV-0014: Loadline does not run these Trivy checks'])
  })

  it('takes the rest over if a section is unknown or a value is empty', () => {
    const { entries, left } = yaml(
      'rules:\n  - id: a\nvulnerabilities:\n  - id: CVE-2023-2650\n    statement:\n    paths:\n    purls:\n    expired_at:\n',
    )
    expect(entries).toEqual([
      expect.objectContaining({ id: 'CVE-2023-2650', reason: acceptance.reason, expires: acceptance.expires }),
    ])
    expect(left).toEqual(['rules: Trivy has no such section'])
  })

  it('takes a pattern character literally after a backslash, as Trivy does, and refuses one without', () => {
    expect(yaml("secrets:\n  - id: private-key\n    paths: ['pages/\\[id\\]/key.pem']\n").entries[0]).toMatchObject({
      path: 'pages/[id]/key.pem',
    })
    expect(() => yaml('secrets:\n  - id: private-key\n    paths: ["pages/[id]/key.pem"]\n')).toThrow(/with a backslash/)
  })

  it.each([
    ['vulnerabilities: [{id: "*"}]', /:1: .*vulnerabilities\.0\.id: .*wildcards are refused/],
    ['vulnerabilities:\n  - id: CVE-2024-1\n    paths: ["**"]', /:3: .*patterns are refused/],
    ['vulnerabilities: [{id: CVE-2024-1, purls: [jinja2]}]', /not a package URL/],
    ['vulnerabilities: [{id: CVE-2024-1, expired_at: never}]', /expected a date/],
    ['vulnerabilities: [{id: CVE-2024-1, severity: LOW}]', /Unrecognized key: "severity"/],
    ['secrets: [{id: private-key, purls: ["pkg:pypi/a"]}]', /secrets do not belong to packages/],
    ['vulnerabilties: []', /Unrecognized key/],
    ['a: &a [1]\nb: *a', /the alias \*a|the anchor &a/],
  ])('%j is refused', (text, message) => {
    expect(() => yaml(text)).toThrow(message)
  })
})

describe('what the tools also accept', () => {
  it.each(['', '# nothing yet\n', '---\n', '\uFEFF# nothing\n...\n'])('is a file without entries: %j', (text) => {
    for (const read of [yaml, hadolint]) expect(read(text)).toEqual({ entries: [], left: [] })
  })

  it('is a section without entries', () => {
    expect(yaml('vulnerabilities:\nsecrets:\n')).toEqual({ entries: [], left: [] })
    expect(hadolint('ignored:\n')).toEqual({ entries: [], left: [] })
  })

  it('is an alias of a text', () => {
    const { entries } = yaml(
      'vulnerabilities:\n  - id: CVE-2024-1\n    statement: &why never called\n  - id: CVE-2024-2\n    statement: *why\n',
    )
    expect(entries.map(({ reason }) => reason)).toEqual(
      Array(2).fill(`${acceptance.reason} The file says: never called`),
    )
  })

  it.each([
    ['of a list', 'vulnerabilities: &a []\nsecrets: *a\n', /:2: .*the alias \*a/],
    ['of itself', 'vulnerabilities: &a [*a]\n', /:1: .*the alias \*a/],
    ['of nothing', 'secrets: *a\n', /:1: /],
    ['among keys', '&a vulnerabilities: []\n', /:1: .*expected a plain key/],
  ])('is not an alias %s', (_what, text, message) => {
    expect(() => yaml(text)).toThrow(message)
  })
})

describe('.hadolint.yaml', () => {
  it('gives one exception for each ignored rule, and reports its other settings [fault 18]', () => {
    const { entries, left } = hadolint(
      'ignored: [DL3008, SC2086]\nfailure-threshold: error\ntrustedRegistries: [docker.io]\n',
    )
    expect(entries).toEqual(
      ['DL3008', 'SC2086'].map((id, index) => ({
        rule: 'lint-level',
        id,
        ...acceptance,
        origin: { kind: 'hadolint', path: '.hadolint.yaml', place: `ignored[${index}]` },
      })),
    )
    expect(left).toEqual([
      'failure-threshold: the policy decides what the linter reports',
      'trustedRegistries: the policy decides what the linter reports',
    ])
  })

  it.each([
    ['ignored: [DL*]', /expected the code of one rule/],
    ['ignore: [DL3008]', /Unrecognized key: "ignore"/],
  ])('%j is refused', (text, message) => {
    expect(() => hadolint(text)).toThrow(message)
  })
})
