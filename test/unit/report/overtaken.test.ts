import { describe, expect, it } from 'vitest'
import { Run } from '../../../src/model/index.ts'
import { headline, renderHtml, renderMarkdown } from '../../../src/report/index.ts'
import { notices } from '../../../src/report/notices.ts'
import { verificationSteps } from '../../../src/report/verification-steps.ts'
import { digestOf, passedRun } from './runs.ts'

function overtakenRun(): Run {
  const run = passedRun()
  return Run.parse({
    ...run,
    release: { ...run.release, overtaken: [{ tag: '1.8.2', digest: digestOf('another release') }] },
  })
}

describe('a release that another one overtook [fault 52]', () => {
  it('says its own digest, and that the tag was moved', () => {
    expect(headline(overtakenRun()).next).toBe(
      `Published as ${digestOf('index')}; another release has moved 1.8.2 since.`,
    )
  })

  it('names the digest that the tag has now, in every report for people', () => {
    const run = overtakenRun()
    expect(notices(run).find(({ title }) => title === 'Overtaken')?.items).toEqual([
      `1.8.2 → ${digestOf('another release')}`,
    ])
    for (const text of [renderHtml(run), renderMarkdown(run)]) expect(text).toContain(digestOf('another release'))
  })

  it('offers no check of the tag, which would fail', () => {
    expect(verificationSteps(overtakenRun()).map(({ proves }) => proves)).not.toContain(
      'The tag points to the judged image',
    )
  })
})
