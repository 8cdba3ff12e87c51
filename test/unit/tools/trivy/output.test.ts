import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import { Licenses, Vulnerabilities } from '../../../../src/model/index.ts'
import { scanPackagesArguments } from '../../../../src/tools/trivy/command.ts'
import {
  mayRepeatDownload,
  parsePackageScan,
  requireScan,
  requireSubject,
  wantsJavaIndex,
} from '../../../../src/tools/trivy/output.ts'

const recorded = (name: string) => readFileSync(new URL(`../../../fixtures/trivy/${name}`, import.meta.url), 'utf8')
const packages = recorded('small-packages-0.72.0.json')
const scratch = recorded('scratch-packages-0.72.0.json')

interface Report {
  SchemaVersion: number
  ArtifactType: string
  Metadata: { OS?: Record<string, unknown>; ImageID?: string }
  Results: Array<{
    Target: string
    Class: string
    Vulnerabilities?: Array<Record<string, unknown>>
    Packages?: Array<Record<string, unknown>>
  }>
}

/** The recorded report with a change. */
function changed(change: (report: Report) => void): string {
  const report = JSON.parse(packages) as Report
  change(report)
  return JSON.stringify(report)
}

function found(report: Report): Array<Record<string, unknown>> {
  const result = report.Results.find((entry) => entry.Vulnerabilities !== undefined)
  if (result?.Vulnerabilities === undefined) throw new Error('nothing was found')
  return result.Vulnerabilities
}

describe('a scan for packages and vulnerabilities', () => {
  const scan = parsePackageScan(packages)

  it('is read as it was recorded', () => {
    expect(scan.subject).toEqual({
      version: '0.72.0',
      configuration: 'sha256:674ffd5cad41233f9900a01dec212486a8d9f22e7ca5845ec23de346acb7171a',
      platform: 'linux/amd64',
    })
    expect(scan.os).toEqual({ family: 'debian', version: '12.15', endOfLife: false })
    expect(
      scan.packages.map(
        ({ name, version, type, path }) => `${type} ${name} ${version}${path === undefined ? '' : ` ${path}`}`,
      ),
    ).toEqual([
      'debian base-files 12.4+deb12u15',
      'debian ca-certificates 20250419~deb12u2',
      'debian media-types 10.0.0',
      'debian netbase 6.4',
      'debian tzdata 2026f-0+deb12u1',
      'python-pkg requests 2.19.1 app/site-packages/requests-2.19.1.dist-info/METADATA',
      'python-pkg urllib3 1.23 app/other/urllib3-1.23.dist-info/METADATA',
      'python-pkg urllib3 1.23 app/site-packages/urllib3-1.23.dist-info/METADATA',
    ])
    expect(scan.vulnerabilities[0]).toMatchObject({
      id: 'CVE-2018-18074',
      severity: 'high',
      fixedVersion: '2.20.0',
      status: 'fixed',
      package: { name: 'requests', purl: 'pkg:pypi/requests@2.19.1' },
    })
    expect(() => [
      Licenses.parse({ packages: scan.packages }),
      Vulnerabilities.shape.findings.parse(scan.vulnerabilities),
    ]).not.toThrow()
  })

  it('has each vulnerability once per package and path, in one order, however often the report has it [fault 14]', () => {
    const again = parsePackageScan(
      changed((report) => found(report).push(...structuredClone(found(report)).toReversed())),
    )
    expect(again.vulnerabilities).toEqual(scan.vulnerabilities)
    const keys = scan.vulnerabilities.map(({ id, package: { purl, path } }) => [id, purl, path].join(' '))
    expect(new Set(keys).size).toBe(keys.length)
    // The same package at two places is two findings: each has to be repaired.
    expect(scan.vulnerabilities.filter(({ package: { name } }) => name === 'urllib3').length).toBeGreaterThan(
      new Set(scan.vulnerabilities.map(({ id, package: { name } }) => `${name} ${id}`)).size - 1,
    )
  })

  it('keeps what has no id or no known severity, each by itself [fault 10]', () => {
    const { vulnerabilities } = parsePackageScan(
      changed((report) => {
        const [first] = found(report)
        found(report).splice(
          0,
          Number.POSITIVE_INFINITY,
          { ...first, VulnerabilityID: '' },
          { ...first, VulnerabilityID: undefined, Severity: undefined },
          { ...first, VulnerabilityID: 'CVE-1', Severity: 'CATASTROPHIC' },
          { ...first, VulnerabilityID: 'CVE-2', Severity: '' },
        )
      }),
    )
    expect(vulnerabilities.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'unidentified high',
      'CVE-1 unknown',
      'CVE-2 unknown',
      'unidentified unknown',
    ])
  })

  it('of an image without packages has none, and no system: the gate decides what that means [faults 7, 8]', () => {
    expect(parsePackageScan(scratch)).toMatchObject({ packages: [], vulnerabilities: [], os: undefined })
    expect(
      parsePackageScan(changed((report) => (report.Metadata.OS = { Family: 'none', Name: '' }))).os,
    ).toBeUndefined()
  })

  it('knows a distribution past its end of life [fault 9]', () => {
    expect(
      parsePackageScan(changed((report) => (report.Metadata.OS = { Family: 'debian', Name: '9.13', EOSL: true }))).os,
    ).toEqual({ family: 'debian', version: '9.13', endOfLife: true })
  })

  it.each([
    ['a newer schema version', changed((report) => (report.SchemaVersion = 3)), 'found version 3'],
    ['another kind of artifact', changed((report) => (report.ArtifactType = 'filesystem')), 'scanned a filesystem'],
    ['no image', changed((report) => delete report.Metadata.ImageID), 'Metadata.ImageID'],
    ['a number as text', changed((report) => Object.assign(report, { SchemaVersion: '2' })), 'SchemaVersion'],
    ['a second, empty list of results', packages.replace(/\}\s*$/, ',"Results":[]}'), '"Results" twice'],
    ['results that are not a list', changed((report) => Object.assign(report, { Results: {} })), 'Results'],
    ['a package without a name', changed((report) => delete report.Results[0]?.Packages?.[0]?.['Name']), 'Name'],
  ])('with %s is refused [faults 6, 11]', (_, text, message) => {
    expect(() => parsePackageScan(text)).toThrow(DeliveryError)
    expect(() => parsePackageScan(text)).toThrow(message)
  })
})

describe('the subject of a scan', () => {
  const asked = { version: '0.72.0', configuration: `sha256:${'a'.repeat(64)}`, platform: 'linux/amd64' }

  it('must be the image, the platform and the version that were asked for [fault 6]', () => {
    expect(() => requireSubject(asked, asked)).not.toThrow()
    expect(() => requireSubject({ ...asked, platform: 'linux/arm64' }, asked)).toThrow(
      'an image for linux/arm64 instead of linux/amd64',
    )
    expect(() => requireSubject({ ...asked, configuration: `sha256:${'b'.repeat(64)}` }, asked)).toThrow(
      /configuration sha256:b{64} instead of sha256:a{64}/,
    )
    expect(() => requireSubject({ ...asked, version: '0.60.0' }, asked)).toThrow(
      'with version 0.60.0 instead of 0.72.0',
    )
  })
})

describe('a scan that did not end well', () => {
  const ended = (exitCode: number, stderr: string) => () => requireScan({ exitCode, stdout: packages, stderr })

  it('is believed nothing, and its time limit is named [faults 5, 12]', () => {
    expect(ended(0, 'WARN something')).not.toThrow()
    expect(ended(1, 'FATAL run error: image scan error: scan error: context deadline exceeded')).toThrow(
      'trivy exceeded its time limit of 15m',
    )
    expect(ended(1, recorded('no-database-stderr-0.72.0.txt'))).toThrow('trivy exited with code 1')
  })

  it('is worth another download where the registry did not answer', () => {
    expect(mayRepeatDownload(recorded('no-database-stderr-0.72.0.txt'))).toBe(true)
  })

  it('ends if an image has Java archives and their index is missing, which is distinguished from every other failure', () => {
    const stderr = recorded('no-java-index-stderr-0.72.0.txt')
    expect(wantsJavaIndex({ exitCode: 1, stderr })).toBe(true)
    expect(wantsJavaIndex({ exitCode: 0, stderr })).toBe(false)
    expect(wantsJavaIndex({ exitCode: 1, stderr: recorded('no-database-stderr-0.72.0.txt') })).toBe(false)
  })
})

it("reads no configuration and no ignore file but Loadline's own empty ones, and fetches nothing [faults 17, 18, 61]", () => {
  const argv = scanPackagesArguments({
    program: 'trivy',
    image: '/image',
    output: '/r.json',
    cache: '/cache',
    vulnerabilities: true,
  })
  const after = (flag: string) => argv[argv.indexOf(flag) + 1]
  expect([after('--config'), after('--ignorefile'), after('--exit-code')]).toEqual([
    '/loadline/trivy.yaml',
    '/loadline/trivyignore',
    '0',
  ])
  expect(argv).toEqual(
    expect.arrayContaining(['--skip-db-update', '--skip-java-db-update', '--offline-scan', '--disable-telemetry']),
  )
  expect(argv.filter((word) => /vex|policy|severity|ignore-unfixed|skip-(dirs|files)/.test(word))).toEqual([])
})
