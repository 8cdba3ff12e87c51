import { describe, expect, it } from 'vitest'
import { read } from '../../repo/source-files.ts'
import { auditOf, now } from './audit-of.ts'

const entry = (more: string) =>
  `    - rule: cis-5.13\n      id: web\n      reason: It writes a cache beside its program until release 2.\n      owner: team-shop\n      expires: 2027-01-31\n${more}`
const path = 'test/fixtures/audit/bad/compose/writable-root.yaml'
const auditWith = async (register: string, at = now) =>
  auditOf(
    { [path]: read(path) },
    {
      names: [path],
      policy: { path: 'loadline.yaml', text: `version: 1\nexceptions:\n  register:\n${register}` },
      now: at,
    },
  )

describe('deviations', () => {
  it('are failures that an exception allows, with their compensating control, and never a pass', async () => {
    const document = await auditWith(entry('      compensatingControl: The volume is mounted noexec.\n'))
    const control = document.controls.find(({ id }) => id === 'cis-5.13')
    expect(document.outcome).toBe('passed')
    expect(document.counts).toMatchObject({ fail: 0, deviation: 1 })
    expect(control).toMatchObject({
      status: 'deviation',
      evidence: [
        {
          about: 'web',
          exception: { owner: 'team-shop', compensatingControl: 'The volume is mounted noexec.', daysLeft: 68 },
        },
      ],
    })
  })

  it.each([
    ['another file', entry('      path: other.yaml\n'), 'unused'],
    ['another container', entry('').replace('id: web', 'id: worker'), 'unused'],
  ])('do not count for %s', async (_what, text, state) => {
    expect(await auditWith(text)).toMatchObject({ outcome: 'failed', exceptions: [{ rule: 'cis-5.13', state }] })
  })

  it('do not count past their last day', async () => {
    expect(await auditWith(entry(''), new Date('2027-02-01T00:00:00Z'))).toMatchObject({
      outcome: 'failed',
      exceptions: [{ state: 'expired' }],
    })
  })
})
