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

  it('names every rule that passed, however many there are', () => {
    const run = passedRun()
    const rules = Array.from({ length: 60 }, (_, position) => `rule-number-${position}`)
    const [first] = run.verdict?.results ?? []
    if (run.verdict !== undefined && first !== undefined)
      run.verdict.results = rules.map((rule) => ({ ...first, rule, status: 'passed' }))
    expect(renderTerminal(run, plain)).not.toContain('more characters')
    expect(renderTerminal(run, plain)).toContain('rule-number-59')
  })

  it('says of a release that failed that the gate had passed', () => {
    const text = renderTerminal(brokenReleaseRun(), plain).replace(/\s+/g, ' ')
    expect(text).toContain('The gate passed, but the stage “publish” failed')
    expect(text).toContain('BROKEN shop/orders linux/amd64, linux/arm64')
  })

  it('shows failures with place and remedy, and passed rules in a line', () => {
    const text = renderTerminal(rejectedRun(), plain)
    expect(text).toContain('at Dockerfile:17')
    expect(text).toContain('Update jinja2 to 3.1.3.')
    expect(text).toContain('✓ 16 passed  evidence, lint-pragmas')
  })

  it.each([60, 80, 100, 120, 160])(
    'keeps to %d columns, but for the last line and an address, which nobody could open in two',
    (width) => {
      for (const build of [passedRun, rejectedRun, undecidedRun, brokenRun]) {
        const lines = renderTerminal(build(), { ...plain, width })
          .trimEnd()
          .split('\n')
          .slice(0, -1)
        for (const line of lines.slice(2).filter((text) => !text.startsWith('about     https://')))
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

  it('spells out ten findings of a rule and counts the others', () => {
    const text = renderTerminal(crowdedRun(1_000), plain)
    expect(text.match(/CVE-2026-\d{6}/g)).toHaveLength(10)
    expect(text).toContain('and 990 more (190 critical, 200 high, 200 medium, 200 low, 200 unknown): see the reports')
  })
})
