import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { root } from '../repo/source-files.ts'

/** Copies what makes Loadline a Dagger module, as a repository that depends on it would have it. */
export function copyLoadlineModule(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const part of ['src', 'pipelines', 'dagger.json', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, part), join(directory, part), { recursive: true })
}

/** Runs the Dagger CLI in a directory, on Loadline's engine. */
export async function dagger(
  directory: string,
  ...argv: string[]
): Promise<{ exitCode: number | undefined; text: string }> {
  const { exitCode, stdout, stderr } = await execa(
    'node',
    [join(root, 'ci/loadline.mjs'), 'dagger', '--progress', 'plain', ...argv],
    { cwd: directory, reject: false, stdin: 'ignore', env: { NO_COLOR: '1', npm_command: '' } },
  )
  return { exitCode, text: `${stdout}\n${stderr}` }
}
