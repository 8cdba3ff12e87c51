import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'
import { findEngine } from '../run/engine.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const Results = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numTotalTests: z.int(),
  success: z.boolean(),
})

/**
 * Sets up an engine with every tool, runs every test and closes with `Tests: N passed, N failed`, computed from the runner's own results.
 * A skipped test counts as failed: what was not checked has not passed.
 */
export async function test(files: readonly string[]): Promise<number> {
  const engine = await findEngine({ images: 'all', say: (line) => void process.stderr.write(`${line}\n`) })
  const directory = await mkdtemp(join(tmpdir(), 'loadline-test-'))
  try {
    const results = join(directory, 'results.json')
    const runner = await execa(
      'npx',
      ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...files],
      {
        cwd: root,
        stdio: 'inherit',
        reject: false,
        env: { ...engine.env, ...(engine.lockFile === undefined ? {} : { LOADLINE_LOCK: engine.lockFile }) },
      },
    )
    const summary = Results.parse(JSON.parse(await readFile(results, 'utf8')))
    const failed = summary.numTotalTests - summary.numPassedTests
    const unlucky =
      failed === 0 && (!summary.success || runner.exitCode !== 0 || summary.numTotalTests === 0) ? 1 : failed
    process.stdout.write(`Tests: ${summary.numPassedTests} passed, ${unlucky} failed\n`)
    return unlucky === 0 ? 0 : 1
  } finally {
    await rm(directory, { recursive: true })
  }
}
