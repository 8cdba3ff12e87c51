import { describe, expect, it } from 'vitest'
import { audit } from '../../../pipelines/audit.ts'
import { renderAudit, type Audit } from '../../../src/audit/index.ts'
import { filesBelow, read } from '../../repo/source-files.ts'
import { ofRepository } from './open.ts'
import { sarifFaults } from '../report/sarif-schema.ts'

const now = new Date('2026-11-24T12:00:00Z')
const bad = filesBelow('test/fixtures/audit/bad').filter((path) => !path.endsWith('.txt'))
const auditOf = (text?: string): Promise<Audit> =>
  audit({
    files: bad.map((path) => ({ path, text: read(path), named: true })),
    open: ofRepository,
    now,
    ...(text === undefined ? {} : { policy: { path: 'loadline.yaml', text } }),
  })

interface Log {
  runs: [
    {
      tool: { driver: { rules: Array<{ id: string; properties: { 'security-severity': string } }> } }
      results: Array<{ ruleId: string; ruleIndex: number; suppressions?: Array<{ justification: string }> }>
    },
  ]
}

async function sarifOf(text?: string): Promise<{ text: string; audited: Audit; run: Log['runs'][0] }> {
  const audited = await auditOf(text)
  const rendered = renderAudit(audited)['audit.sarif']
  return { text: rendered, audited, run: (JSON.parse(rendered) as Log).runs[0] }
}

describe('SARIF of an audit', () => {
  it('is valid by the schema, with every control that can fail in it and with none [fault 68]', async () => {
    const { text, run } = await sarifOf()
    expect(sarifFaults(text)).toEqual([])
    expect(run.results.length).toBeGreaterThan(bad.length)
    expect(
      sarifFaults(
        renderAudit(
          await audit({
            files: [{ path: 'Dockerfile', text: 'FROM scratch\n', named: true }],
            open: async () => undefined,
            now,
          }),
        )['audit.sarif'],
      ),
    ).toEqual([])
  })

  it('ranks by the same numbers as the report of a run', async () => {
    const { run, audited } = await sarifOf()
    const numbers = { critical: '9.5', high: '8.0', unknown: '6.9', medium: '5.5', low: '2.0' }
    expect(run.tool.driver.rules.map(({ properties }) => properties['security-severity'])).toEqual(
      audited.controls.map(({ severity }) => numbers[severity]),
    )
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  })

  it('keeps a deviation as a result that is suppressed, with its justification', async () => {
    const entry =
      '    - rule: cis-5.13\n      id: web\n      reason: It writes a cache beside its program until release 2.\n      owner: team-shop\n      expires: 2027-01-31\n'
    const { text, run } = await sarifOf(`version: 1\nexceptions:\n  register:\n${entry}`)
    expect(sarifFaults(text)).toEqual([])
    const suppressed = run.results.filter(({ suppressions }) => suppressions !== undefined)
    expect([...new Set(suppressed.map(({ ruleId }) => ruleId))]).toEqual(['loadline/cis-5.13'])
    expect(suppressed[0]?.suppressions?.[0]?.justification).toContain(
      'It writes a cache beside its program until release 2.',
    )
  })
})
