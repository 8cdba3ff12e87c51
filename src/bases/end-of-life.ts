/**
 * Until when a distribution gets public fixes, by family and release. The last day of the longest public support
 * counts: for Debian, its LTS.
 */
const lastDays: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // https://wiki.debian.org/LTS
  debian: { '11': '2026-08-31', '12': '2028-06-30', '13': '2030-06-30' },
  // https://alpinelinux.org/releases/
  alpine: { '3.20': '2026-04-01', '3.21': '2026-11-01', '3.22': '2027-05-01', '3.23': '2027-11-01' },
}

/**
 * The last day of a release (ISO 8601), by the scanner's names: `debian 12.9`, `alpine 3.22.1`. Undefined if it is not
 * listed here, e.g. for a distribution without releases.
 */
export function endOfLife({ family, version }: { family: string; version: string }): string | undefined {
  const releases = lastDays[family]
  if (releases === undefined) return undefined
  const [major = '', minor = ''] = version.split('.')
  return releases[major] ?? releases[`${major}.${minor}`]
}
