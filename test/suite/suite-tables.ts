import { clock, machineLine } from './timing-page.ts'
import type { Timing } from './timing.ts'

const [begin, end] = ['<!-- written by npm run test:tables -->', '<!-- until here -->']
const shownFiles = 12
const shownSteps = 12

/** The page with the tables of two runs between its marks. Throws where it has no marks, and where a run was not whole. */
export function withSuiteTables(page: string, runs: { cold: Timing; cached: Timing }): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`expected the marks ${begin} and ${end} in the page`)
  for (const timing of Object.values(runs))
    if (!timing.whole || timing.tier !== 'everyday')
      throw new Error(`expected a whole run of npm test, found ${timing.started}`)
  return `${page.slice(0, from)}${begin}\n${tables(runs).join('\n')}\n${page.slice(to)}`
}

function tables({ cold, cached }: { cold: Timing; cached: Timing }): string[] {
  const steps = cold.steps.filter((step) => !step.cached).toSorted((left, right) => right.seconds - left.seconds)
  const secondsIn = ({ files }: Timing, name: string) =>
    files.find(({ file }) => file === name)?.seconds.toFixed(1) ?? ''
  return [
    '',
    '| `npm test` | whole | of it the set-up | passed | failed | machine |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    row('from nothing', cold),
    row('everything there', cached),
    '',
    '| test file | from nothing | everything there |',
    '| --- | ---: | ---: |',
    ...cached.files
      .slice(0, shownFiles)
      .map(({ file }) => `| ${file} | ${secondsIn(cold, file)} | ${secondsIn(cached, file)} |`),
    '',
    '| step of the set-up, from nothing | seconds |',
    '| --- | ---: |',
    ...steps.slice(0, shownSteps).map(({ name, seconds }) => `| ${name} | ${seconds} |`),
    '',
  ]
}

function row(what: string, timing: Timing): string {
  return `| ${what} | ${clock(timing.seconds)} | ${clock(timing.setUpSeconds)} | ${timing.passed} | ${timing.failed} | ${machineLine(timing.machine)} |`
}
