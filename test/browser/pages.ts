import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { launchChromium } from './chromium.ts'

/** How a page is opened. */
export interface View {
  width: number
  height?: number
  scheme?: 'light' | 'dark'
  /** False: the browser runs no script at all, not even those of the test. */
  scripts?: boolean
}

/** A page that was opened, and what it did that a report never does. */
export interface Opened {
  page: Page
  /** Breaches of the content security policy, errors of the console, dialogs, and addresses that were asked for. */
  misdeeds: string[]
}

/** One browser for the tests of a file. */
export function withBrowser(): (html: string, view: View) => Promise<Opened> {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium('the tests in test/browser')
  }, 900_000)
  afterAll(() => browser.close())
  return (html, view) => open(browser, html, view)
}

async function open(
  browser: Browser,
  html: string,
  { width, height = 900, scheme = 'light', scripts = true }: View,
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
    reducedMotion: 'reduce',
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const misdeeds: string[] = []
  page.on('console', (message) => misdeeds.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  // What the policy of the page forbids never comes this far.
  await page.route('**/*', async (route) => {
    if (route.request().url() === address) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
    misdeeds.push(`request: ${route.request().url()}`)
    return route.abort()
  })
  await page.goto(address)
  return { page, misdeeds }
}

/** Served to the browser by the test itself, from an origin that is nobody's. */
const address = 'https://report.invalid/report.html'
