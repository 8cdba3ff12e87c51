import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { committed, longFiles } from './longest-first.ts'
import { readTiming } from './reports.ts'
import { withSuiteTables } from './suite-tables.ts'

// `npm run test:tables -- COLD CACHED`: writes the two timings of `npm test`, from nothing and with everything there, into docs/performance.md,
// and the order of the files of later runs, where nothing was measured, into seconds.json.
const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))
const [cold, cached] = process.argv.slice(2).map(readTiming)
if (cold === undefined || cached === undefined) {
  process.stderr.write(
    'expected two timings of test-report/: of a run from nothing, then of one with everything there\n',
  )
  process.exitCode = 2
} else {
  writeFileSync(page, withSuiteTables(readFileSync(page, 'utf8'), { cold, cached }))
  writeFileSync(committed, longFiles(cached))
}
