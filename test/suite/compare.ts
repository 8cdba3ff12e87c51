import { comparison } from './comparison.ts'
import { readTiming, timingPaths } from './reports.ts'

// `npm run test:compare [-- BEFORE AFTER]`: two runs beside each other; without paths the two newest that were whole.
const given = process.argv.slice(2)
const [before, after] =
  given.length > 0
    ? given.map(readTiming)
    : timingPaths()
        .map(readTiming)
        .filter(({ whole }) => whole)
        .slice(-2)
if (before === undefined || after === undefined) {
  process.stderr.write('expected two timings; run "npm test" twice, or give two files of test-report/\n')
  process.exitCode = 2
} else process.stdout.write(comparison(before, after))
