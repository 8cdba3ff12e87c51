import { CommanderError } from 'commander'
import pc from 'picocolors'
import { DeliveryError } from '../../src/model/errors.ts'
import { defused } from '../../src/model/printable.ts'
import { endChildren } from '../run/end-children.ts'
import { commandLine } from './command-line.ts'

/**
 * The command line. Gives the exit code: 0 passed, 1 the policy says no, 2 usage or configuration, 3 could not decide,
 * 4 a passed image was not released, 130/143 interrupted.
 */
export async function main(argv: readonly string[]): Promise<number> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      process.stderr.write(
        `\nloadline: interrupted by ${signal}; the report says that the run did not finish. Tags move last, and the next run continues from here\n`,
      )
      endChildren()
      process.exit(code)
    })
  }
  // When an engine dies, promises reject that nobody awaits any more: that is not a verdict, and must never be exit code 1.
  process.once('uncaughtException', (error) => {
    process.stderr.write(
      `loadline: the run failed: ${error.message}\nThe report says that it did not finish. Check the engine ("loadline engine status") and run again.\n`,
    )
    endChildren()
    process.exit(3)
  })
  let exitCode = 0
  try {
    // npm runs scripts in the package's directory; paths are relative to the user's.
    if (process.env['npm_command'] === 'run-script' && process.env['INIT_CWD'] !== undefined)
      process.chdir(process.env['INIT_CWD'])
    const program = await commandLine(
      (name) => argv.slice(0, 2).includes(name),
      (code) => (exitCode = code),
    )
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof DeliveryError) {
      process.stderr.write(defused(`${pc.red('error')}: ${error.message}\n${pc.bold('do this')}: ${error.hint}\n`))
      return error.exitCode
    }
    process.stderr.write(
      `${pc.red('error')}: a bug in Loadline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    return 3
  }
}
