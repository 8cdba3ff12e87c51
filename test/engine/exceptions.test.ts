import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOpenVex } from '../../src/policy/suppressions/openvex.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { dayAhead } from './renewed-policy.ts'

const acceptance = `reason: looked at for this test, owner: team-legacy, expires: ${dayAhead()}`
const policy = `
suppressions:
  openvex: [{file: security/legacy.openvex.json, ${acceptance}}]
  hadolint: [{file: .hadolint.yaml, ${acceptance}}]
exceptions:
  maximumDays: 366
  register:
    - {rule: vulnerabilities, id: CVE-2023-30861, package: "pkg:pypi/flask", ${acceptance}, compensatingControl: The proxy strips the session cookie.}
    - {rule: setuid, id: /usr/local/bin/readlog, path: /usr/local/bin/readlog, image: examples/legacy-app, ${acceptance}}
`
const vex = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://openvex.dev/docs/example/legacy',
  author: 'team-legacy@example.com',
  timestamp: '2026-11-01T00:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-2024-1135' },
      products: [{ '@id': 'pkg:oci/legacy-app', subcomponents: [{ '@id': 'pkg:pypi/gunicorn' }] }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    },
    {
      vulnerability: { name: 'CVE-2018-18074' },
      products: [{ '@id': 'pkg:pypi/requests' }],
      status: 'under_investigation',
    },
  ],
}

/** The bad example, with files that try to silence its tools: some that the policy names, some that nobody does. */
function application(): string {
  const directory = scratch()
  cpSync(join(root, 'examples/legacy-app'), directory, { recursive: true })
  mkdirSync(join(directory, 'security'))
  writeFileSync(join(directory, 'loadline.yaml'), `${readFileSync(join(directory, 'loadline.yaml'), 'utf8')}${policy}`)
  writeFileSync(join(directory, 'security/legacy.openvex.json'), JSON.stringify(vex, null, 2))
  writeFileSync(join(directory, '.hadolint.yaml'), 'ignored: [DL3007]\nfailure-threshold: none\n')
  writeFileSync(join(directory, '.trivyignore'), 'CVE-2019-14234\nprivate-key\n')
  writeFileSync(join(directory, '.trivyignore.yaml'), 'vulnerabilities: [{id: CVE-2022-28346}]\n')
  writeFileSync(join(directory, 'trivy.yaml'), 'severity: [LOW]\nscan: {scanners: []}\n')
  return directory
}

/** The lists of a day about exploitation, which name two vulnerabilities of that application and one that it does not have. */
function listsOfToday(): string[] {
  const directory = scratch()
  const now = new Date().toISOString()
  const [day] = now.split('T')
  const [exploited, prediction] = [join(directory, 'exploited.json'), join(directory, 'epss.csv')]
  const entries = ['CVE-2022-28346', 'CVE-2021-44228'].map((cveID) => ({ cveID, dateAdded: day, dueDate: day }))
  writeFileSync(
    exploited,
    JSON.stringify({ catalogVersion: 'test', dateReleased: now, count: entries.length, vulnerabilities: entries }),
  )
  writeFileSync(
    prediction,
    `#model_version:v2025.03.14,score_date:${now.slice(0, 19)}Z\ncve,epss,percentile\nCVE-2019-14234,0.91,0.99\nCVE-2021-44228,0.94,1\nCVE-2022-28346,0.01,0.5\n`,
  )
  return ['--known-exploited', exploited, '--exploit-prediction', prediction]
}

describe('exceptions on a real run', () => {
  it('honour the files that the policy names, and let no other file silence anything [faults 17, 18]', async () => {
    const { run, exitCode, output } = await buildAndScan(application(), listsOfToday())
    expect(exitCode).toBe(1)
    const result = (rule: string) => run.verdict?.results.find((entry) => entry.rule === rule)
    const excepted = (rule: string) =>
      (result(rule)?.excepted ?? []).map(({ violation, origin }) => [violation.id, origin?.path])
    const denied = (rule: string) => (result(rule)?.violations ?? []).map(({ id }) => id)

    expect(excepted('vulnerabilities').toSorted()).toEqual([
      ['CVE-2023-30861', undefined],
      ['CVE-2024-1135', 'security/legacy.openvex.json'],
    ])
    expect(excepted('lint-level')).toEqual([['DL3007', '.hadolint.yaml']])
    expect(excepted('setuid')).toEqual([['/usr/local/bin/readlog', undefined]])
    expect(denied('vulnerabilities')).toEqual(
      expect.arrayContaining(['CVE-2019-14234', 'CVE-2022-28346', 'CVE-2018-18074']),
    )
    expect(denied('known-exploited')).toEqual(['CVE-2022-28346'])
    expect(denied('exploit-prediction')).toEqual(['CVE-2019-14234'])
    expect(result('exploit-prediction-list')).toMatchObject({ status: 'undecided' })
    expect(denied('exploit-prediction-list')).toContain('CVE-2018-18074')
    expect(denied('secrets')).toEqual(expect.arrayContaining(['private-key']))
    expect(denied('lint-level')).toEqual(expect.arrayContaining(['DL3020']))

    expect(run.suppressions).toEqual([
      {
        kind: 'hadolint',
        path: '.hadolint.yaml',
        honoured: true,
        entries: 1,
        left: ['failure-threshold: the policy decides what the linter reports'],
      },
      {
        kind: 'openvex',
        path: 'security/legacy.openvex.json',
        honoured: true,
        entries: 1,
        left: ['statement 2, CVE-2018-18074: under_investigation makes no exception'],
      },
      { kind: 'trivyignore', path: '.trivyignore', honoured: false, entries: 0, left: [] },
      { kind: 'trivyignore', path: '.trivyignore.yaml', honoured: false, entries: 0, left: [] },
      { kind: 'trivyignore', path: 'trivy.yaml', honoured: false, entries: 0, left: [] },
    ])

    const document = readOpenVex(readFileSync(join(output, 'vex.openvex.json'), 'utf8'), 'vex.openvex.json')
    expect(document.statements.map(({ vulnerability, status }) => [vulnerability.name, status]).toSorted()).toEqual([
      ['CVE-2023-30861', 'affected'],
      ['CVE-2024-1135', 'not_affected'],
    ])
    const digest = run.verdict?.binding.images[0]?.digest ?? ''
    expect(document.statements[0]?.products[0]?.['@id']).toBe(`pkg:oci/legacy-app@${encodeURIComponent(digest)}`)
  })

  it('a named file that cannot be read ends the run before anything is built', async () => {
    const source = application()
    writeFileSync(join(source, 'security/legacy.openvex.json'), '{}')
    const { run, exitCode, output } = await buildAndScan(source)
    expect(exitCode).toBe(2)
    expect(run.failure).toMatchObject({
      stage: 'source',
      code: 'POLICY',
      message: expect.stringContaining('security/legacy.openvex.json:1: expected an OpenVEX document of version 0.2.0'),
    })
    expect(existsSync(join(output, 'vex.openvex.json'))).toBe(false)
  })
})
