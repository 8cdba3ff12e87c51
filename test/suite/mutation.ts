import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'
import type { Mutation } from '../exhaustive/parts.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What is read of a report in the form of mutation-testing-elements. */
const Report = z.object({
  files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status: z.string() })) })),
})

/** What the mutation of code came to: changes that a test noticed, and one failure where there are too few or none of them. */
export interface MutationScore {
  passed: number
  failed: number
  note: string
}

/** Runs Stryker on these files with these tests, as its configuration says, which has the least score too. */
export async function runMutation({ mutate, tests }: Mutation): Promise<MutationScore> {
  // Where stryker.config.json has it put.
  const report = join(root, 'test-report/mutation.json')
  rmSync(report, { force: true })
  const files = [...mutate, '!src/**/index.ts'].join(',')
  const { exitCode } = await execa('npx', ['stryker', 'run', '--mutate', files], {
    cwd: root,
    env: { MUTATION_TESTS: tests.join(',') },
    stdio: 'inherit',
    reject: false,
  })
  const score = scoreOf(readFileSync(report, 'utf8'))
  return exitCode === 0 ? score : { ...score, failed: 1 }
}

/** The score of a report: of the changes that could be noticed, those that were. */
export function scoreOf(report: string): MutationScore {
  const statuses = Object.values(Report.parse(JSON.parse(report)).files).flatMap(({ mutants }) =>
    mutants.map(({ status }) => status),
  )
  const count = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status)).length
  const [noticed, lived] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')]
  const score = (100 * noticed) / Math.max(1, noticed + lived)
  return { passed: noticed, failed: noticed === 0 ? 1 : 0, note: `score ${score.toFixed(1)}, ${lived} not noticed` }
}
