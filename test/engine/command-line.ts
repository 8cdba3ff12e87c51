import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { atEnd } from './at-end.ts'

/** A directory that is removed with the test, or with its file where no test runs. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-'))
  atEnd(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs Loadline as a person does, in a process of its own. */
export async function loadline(
  argv: string[],
  env: Record<string, string> = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const ended = await execa('node', [join(root, 'ci/loadline.mjs'), ...argv], {
    cwd: root,
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', npm_command: '', GITHUB_ACTIONS: '', ...env },
  })
  return { exitCode: ended.exitCode ?? -1, stdout: ended.stdout, stderr: ended.stderr }
}

/** How a run ended, and what it left. */
export interface Ended {
  exitCode: number
  stdout: string
  stderr: string
  output: string
  run: Run
}

/** Runs `build-and-scan` and reads the verdict document that it leaves, which must be a valid one. */
export async function buildAndScan(
  source: string,
  argv: string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  const output = scratch()
  const ended = await loadline(['build-and-scan', source, '--output', output, '--progress', 'plain', ...argv], env)
  const text = readFileSync(join(output, 'verdict.json'), 'utf8')
  return { ...ended, output, run: Run.parse(JSON.parse(text)) }
}
