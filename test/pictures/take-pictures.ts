import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { launchChromium } from '../browser/chromium.ts'
import { screenSvg, type Screen } from './screen-svg.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/**
 * `npm run pictures [NAME]...`: takes the pictures of the documentation again, of real runs on the engine that is found: the terminal as SVG, pages as PNG.
 * With names only those of these scenes: passed, rejected, doctor.
 * The examples are copied out of the repository first, so that neither its path nor its commit is in a picture; times are those of the machine.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const pictures = join(root, 'docs/pictures')
const scratch = await mkdtemp(join(tmpdir(), 'loadline-pictures-'))

const scenes: Record<string, () => Promise<void>> = {
  passed: () =>
    inTerminal(100, 40, async (terminal) => {
      const progress = fullestScreen(terminal)
      await expectExit(0, terminal.run('loadline build-and-scan examples/go-service', progress.look))
      await saveScreen(
        'terminal-progress',
        progress.screen(),
        'A terminal in the middle of a run: a line for each stage and step, with its seconds',
      )
      await saveScreen(
        'terminal-passed',
        await terminal.screen(),
        'A terminal after a run that passed: the exceptions in force, the rules that passed, and the last line, PASSED with the digests of the image',
      )
      await savePage('report-passed', { scheme: 'light' })
    }),
  rejected: () =>
    inTerminal(100, 40, async (terminal) => {
      await expectExit(1, terminal.run('loadline build-and-scan examples/legacy-app'))
      await saveScreen(
        'terminal-rejected',
        await terminal.screen(),
        'A terminal after a run that was rejected: the last findings, which rules say no, and the last line, REJECTED with the digest of the image',
      )
      await saveScreen(
        'terminal-gates',
        gatesOf(await terminal.screen('everything')),
        'The table of gates of a rejected run in a terminal: what each wanted, what it found, and what to do',
      )
      await savePage('report-rejected', { scheme: 'light' })
      await savePage('report-findings', { scheme: 'dark', section: 'findings' })
    }),
  doctor: () =>
    inTerminal(120, 30, async (terminal) => {
      await expectExit(0, terminal.run('loadline doctor examples/go-service'))
      const { lines, columns } = await terminal.screen()
      // Where the cache lies is this machine's own affair. (An image has a /root as well, so only here.)
      await saveScreen(
        'terminal-doctor',
        { lines: lines.map((line) => line.replaceAll(homedir(), '~')), columns },
        'A terminal with what loadline doctor says: Node, the engine, the policy, the Dockerfile, and every pin',
      )
    }),
}

try {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !(name in scenes))
  if (unknown.length > 0)
    throw new Error(`expected some of ${Object.keys(scenes).join(', ')}, found ${unknown.join(', ')}`)
  await mkdir(pictures, { recursive: true })
  for (const example of ['go-service', 'legacy-app'])
    await cp(join(root, 'examples', example), join(scratch, 'examples', example), { recursive: true })
  for (const [name, take] of Object.entries(scenes)) if (asked.length === 0 || asked.includes(name)) await take()
} finally {
  await rm(scratch, { recursive: true })
}

async function inTerminal(columns: number, rows: number, scene: (terminal: Terminal) => Promise<void>): Promise<void> {
  const terminal = await openTerminal({
    columns,
    rows,
    directory: scratch,
    scratch,
    program: join(root, 'ci/loadline.mjs'),
  })
  try {
    await scene(terminal)
  } finally {
    await terminal.close()
  }
}

async function expectExit(wanted: number, run: Promise<number>): Promise<void> {
  const found = await run
  if (found !== wanted)
    throw new Error(
      `expected exit code ${wanted}, found ${found}: a picture of something else helps nobody. Run the command by hand and see`,
    )
}

/** Of all that a run shows, the screen on which the most steps run at the same time. */
function fullestScreen(terminal: Terminal): { look: () => Promise<void>; screen: () => Screen } {
  let fullest: { screen: Screen; running: number } | undefined
  return {
    async look() {
      const screen = await terminal.screen()
      const running = screen.lines.filter((line) => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(line)).length
      if (running > (fullest?.running ?? 0)) fullest = { screen, running }
    },
    screen() {
      if (fullest === undefined)
        throw new Error('expected a screen with running steps, found none: the run was over before anybody could look')
      return fullest.screen
    },
  }
}

/** The first lines of what a run says in the end: from the flow on, as many rows of the gate table as sixty lines have room for. */
function gatesOf({ lines, columns }: Screen): Screen {
  const start = lines.findIndex((line) => /^. source . lint . build/.test(stripVTControlCharacters(line)))
  if (start === -1) throw new Error('expected the line of the flow, found none')
  const shown = lines.slice(start, start + 60)
  return {
    lines: shown.slice(
      0,
      shown.findLastIndex((line) => line.includes('┼')),
    ),
    columns,
  }
}

async function saveScreen(name: string, { lines, columns }: Screen, label: string): Promise<void> {
  const shown = lines.map((line) => line.trimEnd())
  // The next prompt, with the cursor, is what a person sees and a picture can spare.
  while (/^\$?\s*$/.test(stripVTControlCharacters(shown.at(-1) ?? 'end'))) shown.pop()
  const svg = screenSvg({ lines: shown, columns }, label)
  refuseThisMachine(name, svg)
  await write(`${name}.svg`, svg)
}

/** A window of the report of the last run, as large as that of a laptop. */
async function savePage(
  name: string,
  { scheme, section }: { scheme: 'light' | 'dark'; section?: string },
): Promise<void> {
  const browser = await launchChromium('npm run pictures')
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 900 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      javaScriptEnabled: false,
    })
    await page.setContent(await readFile(join(scratch, 'loadline-report/report.html'), 'utf8'))
    refuseThisMachine(name, await page.locator('body').innerText())
    const top = section === undefined ? 0 : ((await page.locator(`#${section}`).boundingBox())?.y ?? 0)
    await write(
      `${name}.png`,
      await page.screenshot({ fullPage: true, clip: { x: 0, y: top, width: 1280, height: 900 } }),
    )
  } finally {
    await browser.close()
  }
}

function refuseThisMachine(name: string, text: string): void {
  const own = [root, scratch, join(homedir(), '.cache/loadline')].filter((path) => text.includes(path))
  if (own.length > 0) throw new Error(`${name} would show ${own.join(', ')} of this machine`)
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(pictures, file), content)
  process.stderr.write(`docs/pictures/${file}: ${(content.length / 1000).toFixed(0)} kB\n`)
}
