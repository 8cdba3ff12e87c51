import { describe, expect, it } from 'vitest'
import { renderAuditTerminal } from '../../../src/audit/index.ts'
import { auditOf } from './audit-of.ts'

const deep = 'a-directory-with-a-long-name/and-another-one/compose.yaml'
const services = Array.from({ length: 6 }, (_, n) => `  s${n}: {image: "a:1.0.0", privileged: true}\n`).join('')
const printed = async (width: number) =>
  renderAuditTerminal(await auditOf({ [deep]: `services:\n${services}` }), { color: false, width })

describe('an audit on a terminal', () => {
  it('begins and ends with the outcome', async () => {
    const lines = (await printed(100)).trim().split('\n')
    expect([lines[0], lines.at(-1)]).toEqual([expect.stringMatching(/^FAILED: \d+ of 54 controls fail$/), 'FAILED'])
  })

  it('says of a control what is wrong, its first places, how many there are, and what to do', async () => {
    expect(await printed(160)).toContain(
      [
        '✗ cis-5.5  No container is privileged',
        `  ${deep}:2 s0: privileged: all of the host's privileges`,
        `  and 5 more: ${deep}:3, ${deep}:4 and 3 in audit.json`,
        '  → Remove the flag; give the one capability or device that is needed, under an exception.',
        '✗ cis-5.11',
      ].join('\n'),
    )
  })

  it.each([40, 60, 80, 120, 200])('fits %i columns, and is as wide as a screen can be read', async (width) => {
    const text = await printed(width)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(Math.min(width, 160))
    // A place that does not fit is broken, never cut.
    expect(text.replaceAll(/\s/g, '')).toContain(`${deep}:3,${deep}:4and3inaudit.json`)
    expect(text).not.toContain('…')
  })
})
