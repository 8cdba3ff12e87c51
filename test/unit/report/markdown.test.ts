import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../../src/report/index.ts'
import { brokenRun, crowdedRun, digestOf, hostileRun, passedRun, rejectedRun, undecidedRun } from './runs.ts'

/** What is left of the text outside code spans and code blocks. */
function proseOf(markdown: string): string {
  return markdown.replace(/^(`{3,})sh\n.*?\n\1$/gms, '').replace(/(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)/g, '')
}

describe('renderMarkdown', () => {
  it('begins with the verdict and the digest', () => {
    const summary = renderMarkdown(passedRun())
    expect(summary.startsWith('## ✅ Passed: shop/orders\n')).toBe(true)
    expect(summary).toContain(`\`shop/orders@${digestOf('linux/arm64')}\``)
    expect(summary).toContain('cosign verify --key cosign.pub')
  })

  it('lists the ten heaviest findings and counts the others', () => {
    const summary = renderMarkdown(rejectedRun())
    expect(summary).toContain('### Top 10 of 14 findings')
    expect(summary).toContain('and 4 more findings (2 medium, 2 low) in the full report.')
    expect(summary.match(/^\| denies \| critical \| \[`CVE-2024-22195`\]\(<https:/gm)).toHaveLength(1)
  })

  it('says what is missing', () => {
    expect(renderMarkdown(undecidedRun())).toContain('❔ undecided | Known vulnerabilities are within the thresholds')
    expect(renderMarkdown(undecidedRun())).toContain(
      'no vulnerability database: none was given, and no mirror answered',
    )
  })

  it('has nothing but the failure of a broken run', () => {
    const summary = renderMarkdown(brokenRun())
    expect(summary).toContain('The stage “build” failed: build/Dockerfile:&#8203;12: RUN pip install')
    expect(summary).not.toContain('### Gates')
  })

  it('shows hostile text and interprets none of it [fault 64]', () => {
    const summary = renderMarkdown(hostileRun())
    const prose = proseOf(summary)
    expect(prose).not.toMatch(/<(?!\/?(details|summary|sub)>)[a-z/!]/i)
    expect(prose).not.toMatch(/\]\((?!<https:\/\/(avd\.aquasec\.com|github\.com)\/)/)
    expect(prose).not.toMatch(/!\[/)
    expect(prose).not.toMatch(/@\w/)
    expect(prose).not.toMatch(/https?:\/\//)
    expect(prose).not.toMatch(/www\./)
    expect(prose).not.toMatch(/#\d(?!\d*;)/)
    expect(summary.replaceAll('\n', '')).not.toMatch(/[\p{Cs}\p{Cc}\p{Bidi_Control}]/u)
    expect(prose.match(/^#+ /gm)).toHaveLength(3)
  })

  it('keeps every row of a table to its columns [fault 64]', () => {
    for (const block of renderMarkdown(hostileRun()).split('\n\n')) {
      if (!block.startsWith('| ')) continue
      const cells = block.split('\n').map((row) => row.split(/(?<!\\)\|/).length)
      expect(new Set(cells).size).toBe(1)
    }
  })

  it('stays below 1 MiB in bytes, whatever the image says, and says what it left out [fault 69]', () => {
    const run = crowdedRun(20)
    const long = '💥'.repeat(1_000)
    const judged = run.verdict?.results ?? []
    for (const result of judged) Object.assign(result, { found: long, wanted: long })
    if (run.verdict !== undefined) run.verdict.results = Array.from({ length: 60 }, () => judged).flat()
    const summary = renderMarkdown(run)
    expect(Buffer.byteLength(summary, 'utf8')).toBeLessThan(1_048_576)
    expect(summary).toContain('❌ Rejected')
    expect(summary).toMatch(/sections? of this summary did not fit; report\.html has everything\./)
  })
})
