import { describe, expect, it } from 'vitest'
import { renderReports, renderTerminal } from '../../../src/report/index.ts'
import { exceptionText } from '../../../src/model/exception-text.ts'
import { passedRun, rejectedRun } from './runs.ts'

const reports = {
  ...renderReports(passedRun()),
  'the terminal': renderTerminal(passedRun(), { color: false, width: 160, verbose: true }).replaceAll(/\n\s+/g, ' '),
}
const facts = [
  'ORD-4711',
  'team-orders@example.com',
  'The service terminates no TLS itself; the mesh does.',
  'The mesh only lets TLS 1.3 through.',
  '2026-11-03',
  '2026-12-15',
]

describe('an exception in force', () => {
  it.each(Object.entries(reports))(
    'is in %s with reason, owner, ticket, compensating control and days',
    (_name, report) => {
      const said = report.replaceAll('&#64;', '@').replaceAll('&#8203;', '').replaceAll('&#45;', '-')
      expect(facts.filter((fact) => !said.includes(fact))).toEqual([])
      expect(said).toMatch(/22 days left|"daysLeft": 22/)
    },
  )

  it('is a separate skipped test case in JUnit, which CI servers show', () => {
    expect(reports['report.junit.xml']).toMatch(
      /<testcase [^>]*name="vulnerabilities: exception for CVE-2024-5535 [^"]* on linux\/amd64"[^>]*>\s*<skipped message="The service terminates no TLS[^"]*owner: team-orders@example\.com/,
    )
  })

  it('is a suppression in SARIF, with the same facts one by one', () => {
    const sarif = JSON.parse(reports['report.sarif']) as {
      runs: Array<{ results: Array<{ suppressions?: object[] }> }>
    }
    const suppressions = sarif.runs[0]?.results.flatMap((result) => result.suppressions ?? []) ?? []
    expect(suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification: expect.stringContaining('(owner: team-orders@example.com; ticket: ORD-4711;'),
        properties: {
          reason: expect.any(String),
          owner: 'team-orders@example.com',
          ticket: 'ORD-4711',
          created: '2026-11-03',
          expires: '2026-12-15',
          daysLeft: 22,
          compensatingControl: 'The mesh only lets TLS 1.3 through.',
        },
      },
    ])
  })

  it('of another platform stays another one where it says something else', () => {
    const run = passedRun()
    for (const result of run.verdict?.results ?? [])
      for (const excepted of result.excepted)
        if (excepted.violation.platform === 'linux/arm64') excepted.owner = 'team-arm'
    const { 'report.html': html } = renderReports(run)
    expect(html).toContain('team-arm')
    expect(html).toContain('team-orders')
  })

  it('is said the same way everywhere, also on its last day and where it comes from a file', () => {
    const text = exceptionText({
      reason: 'Not called.',
      owner: 'team-x',
      expires: '2026-12-15',
      daysLeft: 0,
      origin: { kind: 'openvex', path: 'app.openvex.json', place: 'statement 3' },
    })
    expect(text.line).toBe(
      'Not called. (owner: team-x; until: 2026-12-15, its last day; taken from: app.openvex.json, statement 3)',
    )
  })
})

describe('the ignore files of other tools', () => {
  it.each(Object.entries(reports).filter(([name]) => name !== 'vex.openvex.json'))(
    'are in %s: which are honoured, and which were only found [faults 17, 18]',
    (_name, report) => {
      expect(report).toContain('security/orders.openvex.json')
      expect(report).toContain('.trivyignore')
      expect(report).toMatch(/honoured, 2 exceptions|"entries": 2/)
      expect(report).toMatch(/found and not honoured|"honoured": false/)
    },
  )

  it('are not mentioned if there are none', () => {
    expect(renderTerminal(rejectedRun(), { color: false, width: 120 })).not.toContain('gnore files')
  })
})
