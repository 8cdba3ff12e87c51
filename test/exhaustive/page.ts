import { parts } from './parts.ts'

/** The last run of a part, as its row says it. */
export interface LastRun {
  part: string
  /** Whether it has ever been run. Before that, what follows says since when it waits. */
  ran: boolean
  /** To the minute, UTC: `2026-11-28 23:15`. */
  finished: string
  commit: string
  /** Digest of what the part is about, as git has it at that commit. */
  content: string
  passed: number
  failed: number
  minutes: number
  machine: string
  /** Something more that has to be said, e.g. the score of the mutation. */
  note: string
}

const heads = ['part', 'last run (UTC)', 'commit', 'content', 'passed', 'failed', 'minutes', 'machine', 'note']

/** What stands before the time since when a part waits for its first run. */
const never = 'never, waits since '

/** docs/exhaustive.md: what each part shows, and how it last went. */
export function exhaustivePage(runs: readonly LastRun[]): string {
  const rows = parts.flatMap(({ name }) => {
    const run = runs.find(({ part }) => part === name)
    if (run === undefined) return []
    const { ran, finished, commit, content, passed, failed, minutes, machine, note } = run
    const result = ran ? [String(passed), String(failed), String(minutes), machine, note] : ['', '', '', '', '']
    return [[name, ran ? finished : `${never}${finished}`, commit, content, ...result]]
  })
  return [
    '# Tests that rarely run',
    '',
    '`npm run test:exhaustive` writes this page; do not edit it by hand. It runs what takes long and rarely changes: third-party programs that are compiled only to',
    'check ours, every example where `npm test` takes one, long fuzzing, mutation. `npm run test:exhaustive -- admission` runs one part. `npm test` fails if a part',
    'failed, is more than 30 commits behind the files that it covers, or has waited for its first run for more than 30 commits ([parts.ts](../test/exhaustive/parts.ts) lists them).',
    '',
    ...parts.map(({ name, what }) => `- **${name}**: ${what}`),
    '',
    line(heads),
    line(heads.map((head) => (['passed', 'failed', 'minutes'].includes(head) ? '---:' : '---'))),
    ...rows.map(line),
    '',
    'The column *content* is a digest of the files that the part covers, as git stores them: it finds the commit again after a rebase, and in a clone without history.',
    '',
  ].join('\n')
}

/** The rows of the page. Throws where one cannot be read: a row that says nothing is no result. */
export function lastRuns(page: string): LastRun[] {
  const rows = page.split('\n').filter((text) => text.startsWith('| ') && !text.startsWith('| ---'))
  const [first = '', ...others] = rows
  if (first !== line(heads))
    throw new Error('docs/exhaustive.md: expected a table with the columns of test/exhaustive/page.ts')
  return others
    .map((text) =>
      text
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .map((cells) => {
      const [part = '', time = '', commit = '', content = '', passed, failed, minutes, machine = '', note = ''] = cells
      const ran = !time.startsWith(never)
      const finished = ran ? time : time.slice(never.length)
      const result = { passed: Number(passed), failed: Number(failed), minutes: Number(minutes), machine, note }
      const run = { part, ran, finished, commit, content, ...result }
      if (
        cells.length !== heads.length ||
        !/^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(finished) ||
        !/^[0-9a-f]{40}$/.test(commit) ||
        !/^[0-9a-f]{16}$/.test(content) ||
        ![run.passed, run.failed].every(Number.isInteger)
      )
        throw new Error(`docs/exhaustive.md: expected the result of a run, found ${JSON.stringify(cells)}`)
      return run
    })
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
