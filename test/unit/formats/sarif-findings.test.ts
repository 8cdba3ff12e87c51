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
    [{ properties: { 'security-severity': '10.0' } }, 'critical'],
    [{ properties: { 'security-severity': '9.0' } }, 'critical'],
    [{ properties: { 'security-severity': '8.9' } }, 'high'],
    [{ properties: { 'security-severity': '7.0' } }, 'high'],
    [{ properties: { 'security-severity': '4.0' } }, 'medium'],
    [{ properties: { 'security-severity': '3.9' } }, 'low'],
    // No CVSS score: the word of the rule counts, or the level of the result.
    [{ properties: { 'security-severity': '10.1' } }, 'low'],
    [{ properties: { 'security-severity': '0.0', cvssV3_severity: 'HIGH' } }, 'high'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'error', properties: { 'security-severity': '-1' } }, 'high'],
    [{ ruleId: 'X', ruleIndex: -1, properties: { cvssV3_severity: 7, severity: 'LOW' } }, 'low'],
    [{ ruleId: 'X', ruleIndex: -1, properties: { severity: 'MEDIUM' } }, 'medium'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'error' }, 'high'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'warning' }, 'medium'],
    [{ ruleId: 'X', ruleIndex: -1, level: 'note' }, 'low'],
    [{ ruleId: 'X', ruleIndex: -1 }, 'unknown'],
    [{ ruleId: 'X', ruleIndex: -1, properties: { 'security-severity': 'bad' } }, 'unknown'],
  ])('with %j are %s', (change, severity) => {
    expect(read(log(run({ results: [result(change)] })))[0]?.findings[0]?.severity).toBe(severity)
  })

  it('have the level of their rule if they have no other', () => {
    const driver = { name: 'x', rules: [{ id: 'A', defaultConfiguration: { level: 'error' } }, { id: 'B' }] }
    const results = [result({ ruleId: 'A', ruleIndex: 0 }), result({ ruleId: 'B', ruleIndex: 1 })]
    expect(read(log(run({ tool: { driver }, results })))[0]?.findings.map(({ severity }) => severity)).toEqual([
      'high',
      'unknown',
    ])
  })

  const rules = [{ id: 'A', shortDescription: { text: 'first' } }, { id: 'B' }]
  it.each<[string, Record<string, unknown>, unknown[] | undefined, [id: string, title: string]]>([
    ['the id and the place of its rule', { ruleId: 'A', ruleIndex: 0 }, rules, ['A', 'first']],
    ['the id of its rule', { ruleId: 'A' }, rules, ['A', 'first']],
    ['the id of a rule without a title', { ruleId: 'B' }, rules, ['B', 'found']],
    ['the place of its rule', { ruleIndex: 0 }, rules, ['A', 'first']],
    ['the place of a rule without a title', { ruleIndex: 1 }, rules, ['B', 'found']],
    ['a reference by id', { rule: { id: 'A' } }, rules, ['A', 'first']],
    ['a reference by place', { rule: { index: 1 } }, rules, ['B', 'found']],
    ['an id that no rule has', { ruleId: 'C', ruleIndex: -1 }, rules, ['C', 'found']],
    ['a place, but the tool lists no rules', { ruleId: 'C', ruleIndex: 0 }, undefined, ['C', 'found']],
    ['no rule', {}, rules, ['unidentified', 'found']],
  ])('with %s are named by it', (_what, given, listed, named) => {
    const [only] = read(
      log(run({ tool: { driver: { name: 'x', rules: listed } }, results: [{ ...given, message: { text: 'found' } }] })),
    )
    expect(only?.findings.map(({ id, title }) => [id, title])).toEqual([named])
    expect(only?.scanner).toStrictEqual({ name: 'x' })
  })

  it.each<[unknown, string]>([
    [undefined, ''],
    [[], ''],
    [[{}], ''],
    [[{ physicalLocation: {} }], ''],
    [[{ physicalLocation: { artifactLocation: {} }, logicalLocations: [] }], ''],
    [[{ logicalLocations: [{ name: 'main' }] }], 'main'],
    [[{ logicalLocations: [{ name: 'main', fullyQualifiedName: 'shop.main' }] }], 'shop.main'],
    [[{ physicalLocation: { artifactLocation: { uri: 'a' } }, logicalLocations: [{ name: 'main' }] }], 'a'],
  ])('with the locations %j are in %j', (locations, where) => {
    expect(read(log(run({ results: [result({ locations })] })))[0]?.findings[0]?.where).toBe(where)
  })

  const other = `sha256:${'b'.repeat(64)}`
  it.each<[string, Record<string, unknown>, string[]]>([
    ['its id', { automationDetails: { id: `shop@${digest}/weekly` } }, [digest]],
    ['its digest', { properties: { imageDigest: digest } }, [digest]],
    ['repositories, sorted', { properties: { repoDigests: [`b@${other}`, 7, `a@${digest}`] } }, [digest, other]],
    [
      'where its results are, once',
      {
        artifacts: [{}, { location: {} }],
        results: [
          result(),
          result({
            locations: [
              {},
              { physicalLocation: {} },
              { physicalLocation: { artifactLocation: { uri: `a@${digest}` } } },
              { physicalLocation: { artifactLocation: { uri: `b@${digest}` } } },
            ],
          }),
        ],
      },
      [digest],
    ],
    ['too long a digest', { properties: { imageDigest: `${digest}a` } }, []],
    ['a digest of something else', { properties: { imageDigest: `layer ${digest}` } }, []],
  ])('are of the images that the run names by %s', (_what, change, images) => {
    expect(read(log(run(change)))[0]?.images).toEqual(images)
  })

  it('may start with a byte order mark, which is text anywhere else', () => {
    const marked = log(run({ results: [result({ ruleIndex: -1, ruleId: 'X', message: { text: 'a\uFEFFb' } })] }))
    expect(read(`\uFEFF${JSON.stringify(marked)}`)[0]?.findings[0]?.title).toBe('a\uFEFFb')
    expect(read(marked)[0]?.findings[0]?.title).toBe('a\uFEFFb')
  })

  it('count although the other tool suppresses them, include those without an id, and leave out what is not a finding', () => {
    const [only] = read(
      log(
        run({
          results: [
            result({ suppressions: [{ kind: 'external' }] }),
            { message: { text: 'no rule' } },
            ...['fail', 'open', 'review'].map((kind) => result({ ruleId: kind, kind })),
            result({ kind: 'pass' }),
            result({ kind: 'notApplicable' }),
            result({ baselineState: 'absent' }),
          ],
        }),
      ),
    )
    expect(only?.findings.map(({ id }) => id)).toEqual(['CVE-2026-1', 'unidentified', 'fail', 'open', 'review'])
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
    ['a longer text than anybody writes', 'x'.repeat(50_000_001), /50000001 characters, over the limit of 50000000/],
    ['a text that is just not too long, but is none', 'x'.repeat(50_000_000), /text that is not valid JSON/],
  ])('are refused in %s, which is never "nothing found" [fault 102]', (_what, document, message) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({ code: 'USAGE', exitCode: 2, message: expect.stringMatching(message) }),
    )
  })

  it('are read up to 50,000', () => {
    const most = Array.from({ length: 50_000 }, () => ({ message: {} }))
    expect(read(log(run({ results: most })))[0]?.findings).toHaveLength(50_000)
  })

  it('are empty for a complete scan without any', () => {
    expect(read(log(run()))[0]?.findings).toEqual([])
  })
})
