import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Run } from '../../src/model/index.ts'
import { printable, renderHtml, reportedFindings, type ReportedFinding } from '../../src/report/index.ts'
import {
  brokenReleaseRun,
  brokenRun,
  crowdedRun,
  hostileRun,
  passedRun,
  rejectedRun,
  undecidedRun,
} from '../unit/report/runs.ts'
import { withBrowser } from './pages.ts'

const open = withBrowser()
const runs = {
  passed: passedRun,
  rejected: rejectedRun,
  undecided: undecidedRun,
  broken: brokenRun,
  'broken-release': brokenReleaseRun,
  hostile: hostileRun,
}
/** Pictures of every page, to be looked at: the tests only measure. */
const pictures = process.env['LOADLINE_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'loadline-pictures-'))

/** Ids of the findings in the order in which a reader sees them. */
function seen(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.findings tbody tr:not(.group)')]
      .map((row) => ({ id: row.querySelector('b')?.textContent ?? '', box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0)
      .sort((left, right) => left.box.top - right.box.top)
      .map(({ id }) => id),
  )
}

/** What sticks out of the page to the side. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const wide = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right, width: own, height } = element.getBoundingClientRect()
      return own > 1 && height > 1 && (left < -1 || right > width + 1)
    })
    const all = wide.map((element) => `${element.tagName}.${element.className}: ${element.textContent?.slice(0, 60)}`)
    return document.documentElement.scrollWidth > width
      ? [`the page is ${document.documentElement.scrollWidth} wide`, ...all]
      : all
  })
}

/** Texts whose contrast with what lies behind them is lower than WCAG 2.2 asks of text of any size (1.4.3): 4.5. */
function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parse = (color: string): [number, number, number, number] => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number)
      return [red, green, blue, alpha]
    }
    const luminance = (color: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = color
        .slice(0, 3)
        .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = (element: Element | null): number[] => {
      for (let current = element; current !== null; current = current.parentElement) {
        const color = parse(getComputedStyle(current).backgroundColor)
        if (color[3] === 1) return color
        if (color[3] > 0) throw new Error('the test does not know half-transparent backgrounds')
      }
      return [255, 255, 255]
    }
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      if (
        element === null ||
        node.textContent?.trim() === '' ||
        element.getBoundingClientRect().height === 0 ||
        element.closest('svg') !== null
      )
        continue
      const [text, background] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))]
      const ratio = (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05)
      if (ratio < 4.5)
        found.push(
          `${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${node.textContent?.trim().slice(0, 40)}`,
        )
    }
    return found
  })
}

/** Ids ordered by a text of each finding, the heavier one first where it is the same. */
function idsBy(run: Run, textOf: (finding: ReportedFinding) => string): string[] {
  return reportedFindings(run)
    .map((finding) => ({ id: finding.id, text: textOf(finding) }))
    .toSorted((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ id }) => id)
}

describe.each(Object.entries(runs))('the page of a run that is %s', (name, build) => {
  it.each([
    [390, 'light'],
    [390, 'dark'],
    [768, 'light'],
    [1280, 'light'],
    [1280, 'dark'],
    [1920, 'light'],
  ] as const)('keeps to its width and can be read: %i pixels, %s', async (width, scheme) => {
    const { page, misdeeds } = await open(renderHtml(build()), { width, scheme })
    expect(await overflowing(page)).toEqual([])
    expect(await faint(page)).toEqual([])
    expect(misdeeds).toEqual([])
    expect(await page.evaluate(() => document.scripts.length)).toBe(0)
    await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true })
  })

  it('says its verdict in the first screen', async () => {
    const { page } = await open(renderHtml(build()), { width: 390, height: 844 })
    const heading = page.getByRole('heading', { level: 1 })
    expect((await heading.boundingBox())?.y).toBeLessThan(500)
  })

  it('shows everything on paper', async () => {
    const run = build()
    const { page } = await open(renderHtml(run), { width: 1024 })
    for (const option of await page.locator('label[for^=show-]').all()) {
      await option.click()
      await page.emulateMedia({ media: 'print' })
      expect((await seen(page)).toSorted()).toEqual(
        reportedFindings(run)
          .map(({ id }) => printable(id, 200))
          .toSorted(),
      )
      expect(
        await page
          .locator('.gates tbody tr')
          .evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().height === 0).length),
      ).toBe(0)
      expect(
        await page
          .locator('.choices, nav')
          .evaluateAll((parts) => parts.filter((part) => part.getBoundingClientRect().height > 0).length),
      ).toBe(0)
      await page.emulateMedia({ media: 'screen' })
    }
    await page.setViewportSize({ width: 680, height: 900 })
    await page.emulateMedia({ media: 'print' })
    expect(
      await page
        .locator('.tools, .evidence, .gates')
        .locator('thead')
        .evaluateAll((heads) => heads.filter((head) => head.getBoundingClientRect().height === 0).length),
    ).toBe(0)
    expect(await overflowing(page)).toEqual([])
    await page.pdf({
      path: join(pictures, `${name}.pdf`),
      format: 'A4',
      margin: { top: '1.5cm', bottom: '1.5cm', left: '1.5cm', right: '1.5cm' },
    })
  })
})

describe('the order of findings', () => {
  const severityOrder = ['critical', 'high', 'unknown', 'medium', 'low']

  it.each([true, false])(
    'is chosen without a script, by keyboard and by pointer (scripts allowed: %s)',
    async (scripts) => {
      const run = rejectedRun()
      const { page } = await open(renderHtml(run), { width: 1280, scripts })
      const byOwner = await seen(page)
      expect(byOwner).toHaveLength(reportedFindings(run).length)

      await page.locator('#order-owner').focus()
      await page.keyboard.press('ArrowRight')
      expect(await page.locator('#order-severity').isChecked()).toBe(true)
      const bySeverity = await seen(page)
      const severities = await severitiesOf(page)
      expect(severities).toEqual(
        severities.toSorted((left, right) => severityOrder.indexOf(left) - severityOrder.indexOf(right)),
      )

      await page.getByText('package', { exact: true }).click()
      const byPackage = await seen(page)
      expect(byPackage).toEqual(
        idsBy(run, (finding) => finding.vulnerability?.package.name ?? `~ ${finding.subject || finding.id}`),
      )

      await page.getByText('gate', { exact: true }).click()
      const byGate = await seen(page)
      expect(byGate).toEqual(idsBy(run, ({ rule, kind }) => rule ?? kind))

      const orders = [byOwner, bySeverity, byPackage, byGate]
      expect(new Set(orders.map((ids) => ids.join())).size).toBe(4)
      for (const ids of orders) expect(ids.toSorted()).toEqual(byOwner.toSorted())

      await page.getByText('owner', { exact: true }).click()
      expect(await seen(page)).toEqual(byOwner)
    },
  )

  it('is by owner at first: under each heading its own findings', async () => {
    const { page } = await open(renderHtml(rejectedRun()), { width: 1280 })
    const headings = await page.locator('.findings h3').allInnerTexts()
    expect(headings.map((text) => text.split(' ')[0])).toEqual(['Application', 'Application', 'Base', 'Image'])
    const groups = await page
      .locator('.findings tbody')
      .evaluateAll((bodies) =>
        bodies.map((body) =>
          [...body.querySelectorAll('tr:not(.group)')].map((row) => row.querySelector('b')?.textContent),
        ),
      )
    expect(groups[0]).toEqual(['DL3008'])
    expect(groups[1]).toEqual(['CVE-2024-22195', 'CVE-2024-47874', 'private-key'])
    expect(groups[2]).toContain('CVE-2024-5535')
    expect(groups[3]).toContain('size-unpacked')
  })

  it('hides what was not asked for, with the headings that have nothing left', async () => {
    const { page } = await open(renderHtml(rejectedRun()), { width: 1280 })
    await page.locator('label[for=show-warned]').click()
    expect(await seen(page)).toEqual(['layer-efficiency'])
    expect(
      await page
        .locator('.findings .group')
        .evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().height > 0).length),
    ).toBe(1)
    await page.locator('label[for=show-all]').click()
    expect(await seen(page)).toHaveLength(reportedFindings(rejectedRun()).length)
  })

  it('is by owner, and nothing is hidden, where the browser knows no styles', async () => {
    const { page } = await open(renderHtml(rejectedRun()).replace(/<style>.*<\/style>/s, ''), { width: 1280 })
    expect(await seen(page)).toHaveLength(reportedFindings(rejectedRun()).length)
    expect(await page.locator('.findings h3').first().isVisible()).toBe(true)
  })

  it('is a table for those who hear it', async () => {
    const { page } = await open(renderHtml(rejectedRun()), { width: 1280 })
    const table = page.getByRole('table', { name: 'Findings by owner' })
    expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
      'Severity',
      'Finding',
      'Where',
      'What to do',
    ])
    expect(await table.getByRole('row').count()).toBe(1 + 4 + reportedFindings(rejectedRun()).length)
    expect(await page.getByRole('group', { name: 'Order by' }).getByRole('radio').count()).toBe(4)
  })

  it('answers with a thousand findings', async () => {
    const { page } = await open(renderHtml(crowdedRun(1_000)), { width: 1280 })
    const before = await seen(page)
    await page.locator('label[for=order-severity]').click()
    const severities = await severitiesOf(page)
    expect(severities).toHaveLength(before.length)
    expect(severities).toEqual(
      severities.toSorted((left, right) => severityOrder.indexOf(left) - severityOrder.indexOf(right)),
    )
  })

  function severitiesOf(page: Page): Promise<string[]> {
    return page.evaluate(() =>
      [...document.querySelectorAll('.findings tbody tr:not(.group)')]
        .map((row) => ({
          severity: row.querySelector('.word')?.textContent ?? '',
          top: row.getBoundingClientRect().top,
        }))
        .sort((left, right) => left.top - right.top)
        .map(({ severity }) => severity),
    )
  }
})

describe('hostile names', () => {
  it('are text on the page and nothing else', async () => {
    const { page, misdeeds } = await open(renderHtml(hostileRun()), { width: 1280 })
    const text = await page.locator('body').innerText()
    for (const piece of [
      '<script>alert(1)</script>',
      `'><img src=x onerror=alert(1)>`,
      '"onload="alert(1)',
      '[x](javascript:alert(1))',
      '::set-output name=x::y',
    ])
      expect(text).toContain(piece)
    expect(await page.locator('script, img, iframe, object, embed, link, form').count()).toBe(0)
    expect(misdeeds).toEqual([])
  })

  it('cannot make a page that scripts would be allowed on', async () => {
    const { page, misdeeds } = await open(
      renderHtml(hostileRun()).replace(
        '<main>',
        '<main><script>document.title="run"</script><img src="https://elsewhere.invalid/x.png" alt="">',
      ),
      { width: 1280 },
    )
    expect(await page.title()).not.toBe('run')
    expect(misdeeds.join('\n')).toMatch(/Content Security Policy/)
    expect(misdeeds.filter((misdeed) => misdeed.startsWith('request'))).toEqual([])
  })
})
