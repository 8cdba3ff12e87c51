import { parsePins, pinsOf, type Pins } from '../../src/tools/pins.ts'
import { readGiven } from './files/given-file.ts'

/** The pins of this release, with those of the file that an option or the environment names. Throws `LOCK` if it is not valid. */
export async function givenPins(option: string | undefined): Promise<Pins> {
  const path = option || process.env['LOADLINE_TOOLS']
  return path ? parsePins(await readGiven({ path: path, what: 'pins', code: 'LOCK' }), path) : pinsOf()
}
