import type { File } from '@dagger.io/dagger'
import { DeliveryError } from '../model/errors.ts'

/** Most bytes of one file that Dagger's engine hands over, 128 MiB in 0.21. Asked for by lines, it leaves out what is beyond without a word, so it is never asked so. */
export const mostBytes = 134_217_728

/** The text that a tool wrote to a file. Throws `TOOL`, with the limit, where there is more than the engine hands over: a part of it is no evidence. */
export async function readOutput(tool: string, file: File): Promise<string> {
  const size = await file.size()
  if (size > mostBytes) {
    throw new DeliveryError(
      'TOOL',
      `${tool} wrote ${size} bytes, and the engine hands over at most ${mostBytes} of a file`,
      'Nothing was read, so nothing was judged. Make the image smaller: fewer packages, or several images.',
    )
  }
  return file.contents()
}
