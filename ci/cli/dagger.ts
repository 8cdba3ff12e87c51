import { execa } from 'execa'
import { DeliveryError } from '../../src/model/errors.ts'
import { findEngine } from '../run/choose-engine.ts'
import { command } from './command.ts'

/** `loadline dagger ...`: the real Dagger CLI on Loadline's engine, with its own exit code. */
export const make = command<object, [words: string[]]>({
  operands: [{ spelling: '[arguments...]', description: 'its commands and options' }],
  passThrough: true,
  more: `Example:
  loadline dagger call lint --source .
"loadline dagger call --help" is answered by the module itself, and needs the engine.`,
  run: (_, words) => dagger(words),
})

async function dagger(argv: readonly string[]): Promise<number> {
  const engine = await findEngine({ say: (line) => void process.stderr.write(`${line}\n`), module: true })
  const ended = await execa(engine.cli, [...argv], { stdio: 'inherit', reject: false, env: engine.env })
  if (ended.code === 'ENOENT')
    throw new DeliveryError(
      'PREREQUISITE',
      `expected the Dagger CLI at ${engine.cli}, found nothing there`,
      'Install dagger 0.21.8, or set _EXPERIMENTAL_DAGGER_CLI_BIN to its path.',
    )
  return ended.exitCode ?? 130
}
