import { DeliveryError } from '../model/errors.ts'

/**
 * Refuses a lock file that is older than its manifest: dependencies that it lacks could be different in each build. Throws `SOURCE`.
 */
export function requireLocked(
  manifest: string,
  lockFile: string,
  wanted: readonly string[],
  locked: (name: string) => boolean,
  make: string,
): void {
  const missing = wanted.filter((name) => !locked(name))
  if (missing.length > 0)
    throw new DeliveryError(
      'SOURCE',
      `expected every dependency of ${manifest} in ${lockFile}, found none for ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}: the lock file does not lock them`,
      `Write it again and commit it: ${make}`,
    )
}
