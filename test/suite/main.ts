import { runEveryday } from './everyday.ts'
import { runExhaustive } from './exhaustive.ts'

// `npm test [-- FILE...]` and `npm run test:exhaustive [-- PART...]`.
const [first, ...others] = process.argv.slice(2)
process.exitCode =
  first === '--exhaustive'
    ? await runExhaustive(others)
    : await runEveryday(first === undefined ? [] : [first, ...others])
