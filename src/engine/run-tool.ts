import { ReturnType, type Container } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'
import { firstLine } from '../tools/lines.ts'

export { firstLine, lastLines } from '../tools/lines.ts'
export { requireSuccess } from '../tools/require-success.ts'

/** The result of a tool's process. A non-zero exit code is not an error by itself: its meaning depends on the tool. */
export interface ToolRun {
  exitCode: number
  stdout: string
  stderr: string
  /** The container after the run, to take files from. */
  container: Container
}

/**
 * Runs a tool in its container, by argument list, never through a shell.
 * Throws `TOOL` when the process was killed (for example exit 137: out of memory) or could not be started.
 */
export async function runTool(
  name: string,
  container: Container,
  argv: readonly string[],
  rights: { insecureRootCapabilities?: boolean } = {},
): Promise<ToolRun> {
  const ran = container.withExec([...argv], { expect: ReturnType.Any, ...rights })
  try {
    const [exitCode, stdout, stderr] = await Promise.all([ran.exitCode(), ran.stdout(), ran.stderr()])
    return { exitCode, stdout, stderr, container: ran }
  } catch (error) {
    const exitCode = execExitCode(error)
    if (exitCode === undefined) throw error
    if (exitCode < 0)
      throw new DeliveryError(
        'TOOL',
        `failed to start ${name} (${firstLine(error)})`,
        'Check which image is pinned under this name: "loadline doctor" lists them.',
        { cause: error },
      )
    const cause =
      exitCode === 137
        ? 'was killed (exit 137, usually out of memory)'
        : `was terminated by a signal (exit ${exitCode})`
    throw new DeliveryError(
      'TOOL',
      `${name} ${cause}`,
      'Give the engine more memory, or make the image smaller, and run again.',
      { cause: error },
    )
  }
}

/** Exit code of a failed exec. The class is not exported where modules run, so the error is recognised by its name and code. */
export function execExitCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { name, code, exitCode } = error as { name?: unknown; code?: unknown; exitCode?: unknown }
  return (name === 'ExecError' || code === 'D109') && typeof exitCode === 'number' ? exitCode : undefined
}
