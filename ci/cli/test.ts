import { join } from 'node:path'
import { execa } from 'execa'
import { ownSurroundings } from '../own-surroundings.mjs'
import { packageRoot } from '../../src/engine/package-root.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'

/** `loadline test FILE...`: runs Loadline's own tests in a separate process; returns its exit code. */
export const make = command<{ exhaustive: boolean }, [files: string[]]>({
  operands: [{ spelling: '[files...]', description: 'only these test files; with --exhaustive, only these parts' }],
  flags: { exhaustive: toggle('run the slow tests that rarely change instead') },
  more: `Example:
    loadline test test/engine/release.test.ts`,
  async run({ exhaustive }, files) {
    const suite = join(packageRoot, 'test/suite/main.ts')
    const given = [...(exhaustive ? ['--exhaustive'] : []), ...files]
    const { exitCode } = await execa(process.execPath, ['--import', 'tsx', suite, ...given], {
      ...ownSurroundings(),
      cwd: packageRoot,
      stdio: 'inherit',
      reject: false,
    })
    return exitCode ?? 1
  },
})
