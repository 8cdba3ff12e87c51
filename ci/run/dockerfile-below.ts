import { relative, resolve, sep } from 'node:path'
import { DeliveryError } from '../../src/model/errors.ts'

/** The Dockerfile as `docker build --file` names it, from the working directory, as a path below the source. Throws `USAGE` where it lies elsewhere. */
export function dockerfileBelow(source: string, file: string): string {
  const path = relative(resolve(source), resolve(file))
  if (path === '' || path.split(sep)[0] === '..')
    throw new DeliveryError(
      'USAGE',
      `the Dockerfile ${file} lies outside of the source ${source}`,
      'Give a directory above it as the source: a build sees nothing else.',
    )
  return path.split(sep).join('/')
}
