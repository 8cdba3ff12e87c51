import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { StepTimes } from './careful-script.ts'
import type { Span } from './critical-path.ts'
import type { ScriptRun } from './script.ts'

/** Who is compared. */
export const contenders = ['loadline', 'script', 'thorough script'] as const
export type Contender = (typeof contenders)[number]

/** One run of a contender, a whole process as a user starts it; in seconds. */
export interface Measured {
  seconds: number
  steps: StepTimes
  /** When steps began and ended; only of Loadline. */
  spans: Span[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Bundles the script as Loadline is bundled, so that neither is slower for being TypeScript. Returns its path. */
export async function bundledScript(): Promise<string> {
  const directory = join(root, 'dist', 'bench')
  await execa(process.execPath, [join(root, 'ci/bundle.mjs'), directory, 'test/bench/script.ts'])
  return join(directory, 'script.mjs')
}

/** Runs a contender. Throws if it does not end as it should: it would be measured too short. */
export async function runContender(contender: Contender, script: string, run: ScriptRun): Promise<Measured> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1_000
  if (contender !== 'loadline') {
    const { stdout } = await execa(process.execPath, [script, JSON.stringify(run)], { cwd: root, stdin: 'ignore' })
    return { seconds: seconds(), steps: JSON.parse(stdout) as StepTimes, spans: [] }
  }
  const spans: Span[] = []
  const running = execa(
    process.execPath,
    [
      join(root, 'ci/loadline.mjs'),
      'build-and-scan',
      run.application,
      '--publish',
      run.reference,
      '--key',
      `file:${run.key}`,
      '--output',
      join(run.application, 'loadline-report'),
      '--progress',
      'plain',
      '--quiet',
    ],
    { cwd: root, stdin: 'ignore', env: { COSIGN_PASSWORD: '', NO_COLOR: '1', npm_command: '' } },
  )
  running.stderr.on('data', (text: Buffer) => {
    for (const [, name = '', took] of text.toString().matchAll(/^(.+) done in (\d+\.\d) s/gm))
      spans.push({ name: name.replace(':', ''), from: seconds() - Number(took), to: seconds() })
  })
  await running
  return { seconds: seconds(), steps: spans.map(({ name, from, to }) => ({ name, seconds: to - from })), spans }
}
