import type { File } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'

/**
 * The most bytes of a file that Dagger's engine returns, 128 MiB in 0.21. Read by lines, it silently drops the rest, so
 * lines are never used.
 */
export const mostBytes = 134_217_728

/**
 * The text that a tool wrote to a file. Throws `TOOL`, with the limit, if there is more than the engine returns:
 * partial output is not evidence.
 */
export async function readOutput(tool: string, file: File): Promise<string> {
  const size = await file.size()
  if (size > mostBytes) {
    throw new DeliveryError(
      'TOOL',
      `${tool} wrote ${size} bytes, but the engine returns at most ${mostBytes} of a file`,
      'Nothing was read, so nothing was judged. Make the image smaller: fewer packages, or several images.',
    )
  }
  return file.contents()
}
