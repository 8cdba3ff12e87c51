import { DeliveryError } from '../model/errors.ts'

/** Reads NAME=VALUE entries of an option. Throws `USAGE`. */
export function nameValues(entries: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      if (at < 1)
        throw new DeliveryError(
          'USAGE',
          `expected ${option} NAME=VALUE, found "${entry}"`,
          `Write ${option} NAME=VALUE.`,
        )
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
}
