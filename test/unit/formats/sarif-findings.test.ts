import { describe, expect, it } from 'vitest'
import { importSarif } from '../../../src/formats/sarif-findings.ts'
import { renderSarif } from '../../../src/report/index.ts'
import { rejectedRun } from '../report/runs.ts'

const digest = `sha256:${'a'.repeat(64)}`
const read = (document: unknown, path = 'scout.sarif') =>
  importSarif({ path, text: typeof document === 'string' ? document : JSON.stringify(document) })
const log = (...given: unknown[]) => ({ version: '2.1.0', runs: given })
const run = (change: Record<string, unknown> = {}) => ({
  tool: {
    driver: {
      name: 'docker scout',
      version: '1.15.0',
      rules: [
        {
          id: 'CVE-2026-1',
          shortDescription: { text: 'CVE-2026-1: a flaw\nand more' },
          properties: { 'security-severity': '9.8', cvssV3_severity: 'LOW' },
        },
      ],
    },
  },
  results: [],
  ...change,
})
const result = (change: Record<string, unknown> = {}) => ({
  ruleId: 'CVE-2026-1',
  ruleIndex: 0,
  message: { text: 'found' },
  ...change,
})

describe('findings of another scanner', () => {
  it('are read from SARIF, with the scanner, the image that it names, and each finding', () => {
    const [only, ...others] = read(
      log(
        run({
          results: [result({ locations: [{ physicalLocation: { artifactLocation: { uri: 'usr/lib/libssl.so' } } }] })],
          artifacts: [
            { location: { uri: `pkg:docker/shop@1.0?digest=x` } },
            { location: { uri: `registry.example.com/shop%40${digest.replace(':', '%3A')}` } },
          ],
        }),
      ),
    )
    expect(others).toEqual([])
    expect(only).toMatchObject({
      name: 'scout.sarif',
      scanner: { name: 'docker scout', version: '1.15.0' },
      images: [digest],
      findings: [{ id: 'CVE-2026-1', severity: 'critical', title: 'CVE-2026-1: a flaw', where: 'usr/lib/libssl.so' }],
    })
  })

  it('of a real file of another tool are as many as it has', () => {
    const [only] = read(renderSarif(rejectedRun()), 'report.sarif')
    expect(only?.scanner.name).toMatch(/loadline/i)
    expect(only?.findings.length).toBeGreaterThan(0)
  })

  it.each([
    [{ properties: { 'security-severity': '7.0' } }, 'high'],
    [{ properties: { 'security-severity': '3.9' } }, 'low'],
    [{ ruleId: 'X', ruleIndex: -1, properties: { severity: 'MEDIUM' } }, 'medium'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'error' }, 'high'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'warning' }, 'medium'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'note' }, 'low'],
    [{ ruleId: 'X', ruleIndex: -1 }, 'unknown'],
    [{ ruleId: 'X', ruleIndex: -1, properties: { 'security-severity': 'bad' } }, 'unknown'],
  ])('with %j are %s', (change, severity) => {
    expect(read(log(run({ results: [result(change)] })))[0]?.findings[0]?.severity).toBe(severity)
  })

  it('count although the other tool suppresses them, include those without an id, and leave out what is not a finding', () => {
    const [only] = read(
      log(
        run({
          results: [
            result({ suppressions: [{ kind: 'external' }] }),
            { message: { text: 'no rule' } },
            result({ kind: 'pass' }),
            result({ kind: 'notApplicable' }),
            result({ baselineState: 'absent' }),
          ],
        }),
      ),
    )
    expect(only?.findings.map(({ id }) => id)).toEqual(['CVE-2026-1', 'unidentified'])
  })

  it.each<[string, unknown, RegExp]>([
    ['an empty file', '', /found nothing/],
    ['half a document', JSON.stringify(log(run())).slice(0, 60), /text that is not valid JSON/],
    ['no SARIF', {}, /version/],
    ['another version', { ...log(run()), version: '2.0.0' }, /version/],
    ['no run', log(), /at least one run/],
    ['a run without results', log(run({ results: undefined })), /did not finish/],
    ['a run whose results could not be had', log(run({ results: null })), /did not finish/],
    ['a run that failed', log(run({ invocations: [{ executionSuccessful: false }] })), /reports that it failed/],
    ['a run of nobody', log({ results: [] }), /runs\.0\.tool/],
    ['a key twice', '{"version":"2.1.0","runs":[],"runs":[{"tool":{"driver":{"name":"x"}},"results":[]}]}', /twice/],
    ['more than anybody reads', log(run({ results: Array.from({ length: 50_001 }, () => result()) })), /50001 results/],
  ])('are refused in %s, which is never "nothing found" [fault 102]', (_what, document, message) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({ code: 'USAGE', exitCode: 2, message: expect.stringMatching(message) }),
    )
  })

  it('are empty for a complete scan without any', () => {
    expect(read(log(run()))[0]?.findings).toEqual([])
  })
})
