import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const suite = fileURLToPath(new URL('../../test/suite/main.ts', import.meta.url))

/** Runs Loadline's own tests, in a process of their own; gives its exit code. */
export async function test(given: readonly string[]): Promise<number> {
  const argv = ['--import', import.meta.resolve('tsx'), suite, ...given]
  const { exitCode } = await execa(process.execPath, argv, { stdio: 'inherit', reject: false })
  return exitCode ?? 1
}
