import { runTests } from './run-tests.ts'
import { writeTiming } from './reports.ts'
import { timingPage } from './timing-page.ts'
import { failuresOf } from './timing.ts'

// `npm test [-- FILE...]`: sets everything up, runs the tests, says where the time went, and closes with the line that CI reads.
const timing = await runTests({
  tier: 'everyday',
  projects: ['unit', 'repo', 'browser', 'engine'],
  files: process.argv.slice(2),
})
const path = writeTiming(timing)
const failures = failuresOf(timing)
process.stdout.write(`${timingPage(timing)}The same for programs: ${path} (npm run test:compare)\n`)
process.stdout.write(`Tests: ${timing.passed} passed, ${failures} failed\n`)
process.exitCode = failures === 0 ? 0 : 1
