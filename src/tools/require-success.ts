import { DeliveryError } from '../model/errors.ts'
import { lastLines } from './lines.ts'

/**
 * Throws `TOOL` where a tool whose only good exit code is 0 ended with another one, whatever it has written until then.
 * For tools that say by their exit code what they found, their own folder knows the meaning.
 */
export function requireSuccess(
  name: string,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
  hint: string,
): void {
  if (exitCode === 0) return
  throw new DeliveryError(
    'TOOL',
    `${name} ended with exit code ${exitCode}: ${lastLines(stderr.trim() === '' ? stdout : stderr, 2)}`,
    hint,
  )
}
