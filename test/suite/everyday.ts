import { postgres } from '../../toolchain/bases-on-demand/postgres.ts'
import { writeTiming } from './reports.ts'
import { runTests } from './run-tests.ts'
import { timingPage } from './timing-page.ts'
import { failuresOf } from './timing.ts'

/** Sets everything up, runs the tests, says where the time went, and closes with the line that CI reads. Gives the exit code. */
export async function runEveryday(files: readonly string[]): Promise<number> {
  const timing = await runTests({
    tier: 'everyday',
    projects: ['unit', 'repo', 'browser', 'engine'],
    files,
    wanted: { images: postgres.references, programs: files.length === 0 },
  })
  const path = writeTiming(timing)
  const failures = failuresOf(timing)
  process.stdout.write(`${timingPage(timing)}The same for programs: ${path} (npm run test:compare)\n`)
  process.stdout.write(`Tests: ${timing.passed} passed, ${failures} failed\n`)
  return failures === 0 ? 0 : 1
}
