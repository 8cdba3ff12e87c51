import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { command } from './command.ts'
import { toggle } from './flag.ts'

const suite = fileURLToPath(new URL('../../test/suite/main.ts', import.meta.url))

/** `loadline test FILE...`: runs Loadline's own tests, in a process of their own; gives its exit code. */
export const make = command<{ exhaustive: boolean }, [files: string[]]>({
  operands: [{ spelling: '[files...]', description: 'only these test files; with --exhaustive, only these parts' }],
  flags: { exhaustive: toggle('what takes long and changes seldom, instead') },
  more: `Example:
  loadline test test/engine/release.test.ts`,
  async run({ exhaustive }, files) {
    const given = [...(exhaustive ? ['--exhaustive'] : []), ...files]
    const argv = ['--import', import.meta.resolve('tsx'), suite, ...given]
    const { exitCode } = await execa(process.execPath, argv, { stdio: 'inherit', reject: false })
    return exitCode ?? 1
  },
})
