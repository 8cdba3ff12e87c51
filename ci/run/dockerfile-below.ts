import { relative, resolve, sep } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'

/**
 * Turns the Dockerfile's path, relative to the working directory as in `docker build --file`, into one below the
 * source. Throws `USAGE` if it is elsewhere.
 */
export function dockerfileBelow(source: string, file: string): string {
  const path = relative(resolve(source), resolve(file))
  if (path === '' || path.split(sep)[0] === '..')
    throw new DeliveryError(
      'USAGE',
      `the Dockerfile ${file} is outside the source ${source}`,
      'Give a directory above it as the source: a build sees only its source.',
    )
  return path.split(sep).join('/')
}
