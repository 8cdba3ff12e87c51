import { DeliveryError } from '../model/errors.ts'
import { parseDuration } from '../model/units.ts'

/** Reads the maximum age of a verdict from `--maximum-age`, in milliseconds. Throws `USAGE`. */
export function parseMaximumAge(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw new DeliveryError(
      'USAGE',
      `expected a maximum age in whole hours or days, found ${JSON.stringify(text)}`,
      'Write e.g. --maximum-age 30d or --maximum-age 48h.',
      { cause: error },
    )
  }
}
