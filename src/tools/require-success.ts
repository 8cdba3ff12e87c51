import { DeliveryError } from '../model/errors.ts'
import { lastLines } from './lines.ts'

/**
 * Throws `TOOL` if a tool that must exit with 0 exited with any other code, whatever it has written.
 * Tools whose exit code reports their findings are handled in their own folder.
 */
export function requireSuccess(
  name: string,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
  hint: string,
): void {
  if (exitCode === 0) return
  throw new DeliveryError(
    'TOOL',
    `${name} exited with code ${exitCode}: ${lastLines(stderr.trim() === '' ? stdout : stderr, 2)}`,
    hint,
  )
}
