import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/model/index.ts'
import { renderSarif } from '../../../src/report/index.ts'
import { brokenReleaseRun, brokenRun, crowdedRun, hostileRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'
import { sarifFaults } from './sarif-schema.ts'

interface Result {
  ruleId: string
  ruleIndex: number
  level: string
  message: { text: string }
  locations: Array<{
    physicalLocation: { artifactLocation: { uri: string; uriBaseId: string }; region: { startLine: number } }
    logicalLocations?: Array<{ fullyQualifiedName: string }>
  }>
  partialFingerprints: Record<string, string>
  suppressions?: Array<{ justification: string }>
  properties: { state: string; severity: string; platforms: string[]; 'security-severity': string }
}
interface Notification {
  level: string
  message: { text: string }
}
interface SarifRun {
  tool: {
    driver: { name: string; rules: Array<{ id: string; properties: { tags: string[]; 'security-severity': string } }> }
  }
  invocations: [
    {
      executionSuccessful: boolean
      toolExecutionNotifications: Notification[]
      toolConfigurationNotifications: Notification[]
    },
  ]
  results: Result[]
}

function sarifOf(run: Run): SarifRun {
  const log = JSON.parse(renderSarif(run)) as { runs: [SarifRun] }
  expect(log.runs).toHaveLength(1)
  return log.runs[0]
}

const runs = {
  passed: passedRun,
  rejected: rejectedRun,
  undecided: undecidedRun,
  broken: brokenRun,
  'broken in release': brokenReleaseRun,
  hostile: hostileRun,
}

describe.each(Object.entries(runs))('SARIF of a run that is %s', (_name, build) => {
  it('is valid by the schema [fault 68]', () => {
    expect(sarifFaults(renderSarif(build()))).toEqual([])
  })

  it('gives every result a place in the source, its own fingerprint and a rule that is listed', () => {
    const { results, tool } = sarifOf(build())
    for (const result of results) {
      const { artifactLocation, region } = result.locations[0]?.physicalLocation ?? {}
      expect(artifactLocation?.uriBaseId).toBe('%SRCROOT%')
      expect(artifactLocation?.uri).toMatch(/^[A-Za-z0-9%._!~*'()-][A-Za-z0-9%._!~*'()/-]*$/)
      expect(artifactLocation?.uri.split('/')).not.toContain('..')
      expect(region?.startLine).toBeGreaterThan(0)
      expect(tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId)
    }
    const prints = results.map((result) => result.partialFingerprints['loadlineFinding/v1'])
    expect(new Set(prints).size).toBe(prints.length)
    for (const rule of tool.driver.rules) expect(rule.properties.tags.length).toBeLessThanOrEqual(10)
  })
})

describe('renderSarif', () => {
  it('reports errors for what denies, and lower levels for what is within the policy', () => {
    const { results, invocations } = sarifOf(rejectedRun())
    const levels = Object.fromEntries(results.map((result) => [result.ruleId, result.level]))
    expect(levels).toMatchObject({
      'CVE-2024-22195': 'error',
      DL3008: 'error',
      'private-key': 'error',
      'loadline/user': 'error',
      'loadline/layer-efficiency': 'warning',
      'CVE-2023-45853': 'note',
      'CVE-2005-2541': 'note',
    })
    expect(invocations[0].executionSuccessful).toBe(true)
    expect(results.find((result) => result.ruleId === 'CVE-2024-22195')?.properties['security-severity']).toBe('9.5')
  })

  it('points at the line of the Dockerfile, or at the base that brought it, under the repository', () => {
    const { results } = sarifOf(rejectedRun())
    const place = (id: string) => results.find((result) => result.ruleId === id)?.locations[0]
    expect(place('DL3008')?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'examples/fastapi-postgres/Dockerfile' },
      region: { startLine: 17, startColumn: 1 },
    })
    expect(place('CVE-2024-5535')?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'examples/fastapi-postgres/Dockerfile' },
      region: { startLine: 14 },
    })
    expect(place('private-key')?.logicalLocations?.[0]?.fullyQualifiedName).toBe('/opt/app/deploy/id_ed25519')
  })

  it('keeps excepted findings as suppressions with their reason, owner and last day', () => {
    const excepted = sarifOf(passedRun()).results.filter((result) => result.suppressions !== undefined)
    expect(excepted.map((result) => result.ruleId)).toEqual(['CVE-2024-5535'])
    expect(excepted[0]?.suppressions?.[0]?.justification).toBe(
      'The service terminates no TLS itself; the mesh does. Repaired with the next base. (owner: team-orders@example.com; ticket: ORD-4711; compensating control: The mesh only lets TLS 1.3 through.; created: 2026-11-03; until: 2026-12-15, 22 days left)',
    )
    expect(excepted[0]?.properties.platforms).toEqual(['linux/amd64', 'linux/arm64'])
  })

  it('says which rules are switched off [fault 35]', () => {
    expect(sarifOf(passedRun()).invocations[0].toolConfigurationNotifications[0]?.message.text).toMatch(
      /^package-managers: disabled by the policy: /,
    )
  })

  it('cannot be read as clean without evidence', () => {
    const { results, invocations } = sarifOf(undecidedRun())
    expect(invocations[0].executionSuccessful).toBe(false)
    const missing = results.filter((result) => result.ruleId === 'loadline/missing-evidence')
    expect(missing).toHaveLength(1)
    expect(missing[0]?.level).toBe('error')
    expect(missing[0]?.properties.platforms).toEqual(['linux/amd64', 'linux/arm64'])
  })

  it.each([
    ['the build', brokenRun],
    ['the release', brokenReleaseRun],
  ])('cannot be read as clean when %s failed', (_what, build) => {
    const { results, invocations } = sarifOf(build())
    expect(invocations[0].executionSuccessful).toBe(false)
    expect(invocations[0].toolExecutionNotifications[0]?.level).toBe('error')
    expect(results[0]).toMatchObject({ ruleId: 'loadline/run', level: 'error' })
  })

  it('reports an undecided rule that has no missing cell to point at', () => {
    const run = undecidedRun()
    const inventory = run.verdict?.results.find((result) => result.rule === 'inventory')
    if (inventory === undefined) throw new TypeError('the fixture has the rule inventory')
    inventory.kind = 'licenses'
    inventory.violations = []
    expect(sarifOf(run).results.filter((result) => result.ruleId === 'loadline/inventory')).toMatchObject([
      { level: 'error' },
    ])
  })

  it('keeps the heaviest 5,000 results and counts the others [fault 68]', { timeout: 60_000 }, () => {
    const { results, invocations } = sarifOf(crowdedRun(6_000))
    expect(results).toHaveLength(5_000)
    expect(results.filter((result) => result.properties.severity === 'critical')).toHaveLength(1_200)
    expect(results.some((result) => result.properties.severity === 'low')).toBe(true)
    expect(results.filter((result) => result.properties.severity === 'low').length).toBeLessThan(1_200)
    // 6,000 vulnerabilities, 4 other violations, 1 warning.
    expect(invocations[0].toolExecutionNotifications[0]?.message.text).toBe(
      '5,000 results of 6,005 are listed, most severe first. Left out: 1,005 results (1,005 low), of which 1,004 reject. verdict.json has them all.',
    )
  })

  it('keeps below what GitHub takes after gzip, and counts what that leaves out', { timeout: 120_000 }, () => {
    let state = 1
    // Text that gzip can press by a quarter only.
    const noise = (): string =>
      Array.from(
        { length: 590 },
        () =>
          'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'[
            (state = (state * 48_271) % 2_147_483_647) % 64
          ],
      ).join('')
    const run = crowdedRun(5_500)
    for (const violation of run.verdict?.results.find((result) => result.rule === 'vulnerabilities')?.violations ?? [])
      Object.assign(violation, {
        wanted: noise(),
        remedy: noise(),
        subject: noise(),
        found: noise(),
        location: { path: noise(), within: 'image' },
      })
    const text = renderSarif(run)
    expect(gzipSync(text).length).toBeLessThan(10_000_000)
    const { results, invocations } = (JSON.parse(text) as { runs: [SarifRun] }).runs[0]
    expect(results).toHaveLength(2_500)
    expect(invocations[0].toolExecutionNotifications[0]?.message.text).toMatch(
      /^2,500 results of \d+,\d+ are listed, most severe first\. Left out: /,
    )
  })

  it('names files from the root of the repository, whatever the directory of the source', () => {
    const uris = (directory: string | undefined): Set<string> => {
      const run = rejectedRun()
      const { directory: _none, ...subject } = run.subject
      return new Set(
        sarifOf({ ...run, subject: directory === undefined ? subject : { ...subject, directory } }).results.map(
          (result) => result.locations[0]?.physicalLocation.artifactLocation.uri ?? '',
        ),
      )
    }
    expect(uris(undefined)).toEqual(new Set(['Dockerfile']))
    expect(uris('services/orders')).toEqual(new Set(['services/orders/Dockerfile']))
    expect(uris('/services//with space/./../orders/')).toEqual(new Set(['services/with%20space/orders/Dockerfile']))
  })

  it('points at the instruction that brought a finding, and at the base that did', () => {
    const lines = Object.fromEntries(
      sarifOf(rejectedRun()).results.map((result) => [
        result.ruleId,
        result.locations[0]?.physicalLocation.region.startLine,
      ]),
    )
    expect(lines).toMatchObject({ 'CVE-2024-22195': 18, 'private-key': 18, 'CVE-2024-5535': 14, DL3008: 17 })
  })

  it('keeps fingerprints when lines move', () => {
    const moved = rejectedRun()
    const base = moved.evidence?.platforms[0]?.evidence.base
    const lint = moved.evidence?.lint
    const violation = moved.verdict?.results.find((result) => result.rule === 'lint-level')?.violations[0]
    if (base?.status !== 'collected' || lint?.status !== 'collected' || violation === undefined)
      throw new TypeError('the fixture has a base and a lint violation')
    for (const image of base.value.images) image.location.line = (image.location.line ?? 1) + 5
    for (const finding of lint.value.findings) finding.location = { ...finding.location, line: 22 }
    Object.assign(violation, { subject: 'Dockerfile:22', location: { path: 'Dockerfile', line: 22, within: 'source' } })
    const prints = (run: Run) =>
      sarifOf(run).results.map((result) => result.partialFingerprints['primaryLocationLineHash'])
    expect(prints(moved)).toEqual(prints(rejectedRun()))
  })
})
