import { DeliveryError } from '../model/errors.ts'
import { parseDuration } from '../model/units.ts'

/** Reads how old a verdict may be, as `--maximum-age` gives it, in milliseconds. Throws `USAGE`. */
export function parseMaximumAge(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw new DeliveryError(
      'USAGE',
      `expected whole hours or days for the age of a verdict, found ${JSON.stringify(text)}`,
      'Write e.g. --maximum-age 30d or --maximum-age 48h.',
      { cause: error },
    )
  }
}
