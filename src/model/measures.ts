const grouped = new Intl.NumberFormat('en-US')

/** A whole number with thousands separators: `12,345`. */
export function wholeNumber(value: number): string {
  return grouped.format(value)
}

/** A number with its noun: `1 finding`, `2 findings`, `1 policy`, `2 policies`. */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${wholeNumber(value)} ${value === 1 ? one : many}`
}

/** Bytes in readable units: 1 kB is 1,000 bytes and 1 MB is 1,000,000. */
export function byteSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`
}

/** How old something was at a given time, both ISO 8601: `40 minutes`, `31 hours`, `5 days`. */
export function age(since: string, at: string): string {
  const minutes = Math.floor((Date.parse(at) - Date.parse(since)) / 60_000)
  if (!Number.isFinite(minutes)) return 'of unknown age'
  if (minutes < 0) return 'dated in the future'
  if (minutes < 120) return `${counted(minutes, 'minute')} old`
  if (minutes < 48 * 60) return `${counted(Math.floor(minutes / 60), 'hour')} old`
  return `${counted(Math.floor(minutes / 1440), 'day')} old`
}

/** An ISO 8601 time in readable form, to the minute: `2026-11-23 01:10 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
