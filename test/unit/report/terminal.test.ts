import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { renderTerminal } from '../../../src/report/index.ts'
import {
  brokenReleaseRun,
  brokenRun,
  crowdedRun,
  digestOf,
  hostileRun,
  passedRun,
  rejectedRun,
  undecidedRun,
} from './runs.ts'

const plain = { color: false, width: 100, reports: 'loadline-report' }
const lastLines = (text: string): string[] => text.trimEnd().split('\n').slice(-2)

describe('renderTerminal', () => {
  it.each([
    ['passed', passedRun, `PASSED registry.example.com/shop/orders:1.8.2@${digestOf('index')}`],
    ['rejected', rejectedRun, `REJECTED fastapi-postgres@${digestOf('linux/amd64')}`],
    ['undecided', undecidedRun, 'UNDECIDED shop/orders linux/amd64, linux/arm64'],
    ['broken', brokenRun, 'BROKEN shop/orders'],
  ])('ends a run that is %s with one clear line', (_name, build, line) => {
    expect(lastLines(renderTerminal(build(), plain))).toEqual(['Reports: loadline-report', line])
  })

  it('counts the rules that passed, and names each of them when asked', () => {
    const run = passedRun()
    const rules = Array.from({ length: 60 }, (_, position) => `rule-number-${position}`)
    const [first] = run.verdict?.results ?? []
    if (run.verdict !== undefined && first !== undefined)
      run.verdict.results = rules.map((rule) => ({ ...first, rule, status: 'passed' }))
    expect(renderTerminal(run, plain)).toContain('✓ 60 rules passed\n')
    const text = renderTerminal(run, { ...plain, verbose: true })
    expect(text).not.toContain('more characters')
    expect(text).toContain('rule-number-59')
  })

  it('says of a release that failed that the gate had passed', () => {
    const text = renderTerminal(brokenReleaseRun(), plain).replace(/\s+/g, ' ')
    expect(text).toContain('The gate passed, but the stage “publish” failed')
    expect(text).toContain('BROKEN shop/orders linux/amd64, linux/arm64')
  })

  it('fits a screen: the outcome first, then each rule that speaks with its first places, their owners, and what to do', () => {
    const lines = renderTerminal(rejectedRun(), plain).split('\n')
    expect(lines[1]).toBe('REJECTED fastapi-postgres')
    expect(lines.length).toBeLessThan(50)
    expect(lines).toContain('  Dockerfile:17 DL3008')
    expect(lines).toContain('  application, line 18: /opt/app/deploy/id_ed25519:1 private-key')
    expect(lines).toContain('  → Delete files in the layer that made them.')
    expect(lines).toContain('why: loadline policy explain lint-level; all findings: --verbose')
  })

  it('spells out every finding with its own remedy when asked', () => {
    const text = renderTerminal(rejectedRun(), { ...plain, verbose: true })
    expect(text).toContain('→ Update jinja2 to 3.1.3.')
    expect(text).toContain('✓ 16 rules passed: evidence, lint-pragmas')
    expect(text).not.toContain('--verbose')
  })

  it('says once that evidence is missing, and names the rules that wait for it', () => {
    const text = renderTerminal(undecidedRun(), { ...plain, width: 160 })
    expect(text.match(/no vulnerability database/g)).toHaveLength(1)
    expect(text).toContain('? undecided without it: evidence, vulnerabilities, database-age')
  })

  it.each([40, 60, 80, 100, 120, 160])(
    'keeps to %d columns, but for the flow and the last line, which are to be found by their words',
    (width) => {
      for (const build of [passedRun, rejectedRun, undecidedRun, brokenRun]) {
        const lines = renderTerminal(build(), { ...plain, width })
          .trimEnd()
          .split('\n')
          .slice(0, -1)
        for (const line of lines.filter((text) => !text.startsWith('✓ source')))
          expect(line.length, line).toBeLessThanOrEqual(width)
      }
    },
  )

  it('colours only when asked, and says the same either way', () => {
    const text = renderTerminal(rejectedRun(), plain)
    expect(text).not.toContain('\u001b')
    const coloured = renderTerminal(rejectedRun(), { ...plain, color: true })
    expect(coloured).toContain('\u001b[31m')
    expect(stripVTControlCharacters(coloured)).toBe(text)
  })

  it('lets no escape sequence and no workflow command through [faults 66, 67]', { timeout: 30_000 }, () => {
    const text = renderTerminal(hostileRun(), { ...plain, reports: '\u001b[2Jelsewhere' })
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text).not.toMatch(/^\s*::/m)
    expect(text).not.toContain('##[')
    const coloured = renderTerminal(hostileRun(), { ...plain, color: true })
    expect(stripVTControlCharacters(coloured)).toBe(renderTerminal(hostileRun(), plain))
    // Only the few sequences of our own colours.
    expect(coloured.replace(new RegExp(`${'\u001b'}\\[(1|2|22|3[1-3]|39)m`, 'g'), '')).not.toContain('\u001b')
  })

  it('names three findings of a rule and counts the others; every one is there when asked', () => {
    const text = renderTerminal(crowdedRun(1_000), plain)
    expect(text.match(/CVE-2026-\d{6}/g)).toHaveLength(3)
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'and 997 more (197 critical, 200 high, 200 medium, 200 low, 200 unknown)',
    )
    const all = renderTerminal(crowdedRun(1_000), { ...plain, verbose: true }).match(/CVE-2026-\d{6}/g)
    expect(new Set(all).size).toBe(1_000)
  })
})
