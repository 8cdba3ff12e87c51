import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { command } from './command.ts'
import { toggle } from './flag.ts'

const suite = fileURLToPath(new URL('../../test/suite/main.ts', import.meta.url))

interface TestOptions {
  exhaustive: boolean
}

/** `loadline test [FILE...]`: runs Loadline's own tests, in a process of their own; gives its exit code. */
export const make = command<TestOptions, [files: string[]]>({
  operands: [{ spelling: '[files...]', description: 'only these test files; with --exhaustive, only these parts' }],
  flags: { exhaustive: toggle('what takes long and changes seldom, instead') },
  more: `Example:
  loadline test test/engine/release.test.ts`,
  run: ({ exhaustive }, files) => test([...(exhaustive ? ['--exhaustive'] : []), ...files]),
})

async function test(given: readonly string[]): Promise<number> {
  const argv = ['--import', import.meta.resolve('tsx'), suite, ...given]
  const { exitCode } = await execa(process.execPath, argv, { stdio: 'inherit', reject: false })
  return exitCode ?? 1
}
