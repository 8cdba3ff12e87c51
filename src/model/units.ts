const bytesPerUnit = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const
const hoursPerUnit = { h: 1, d: 24 } as const
const millisecondsPerHour = 3_600_000
const millisecondsPerDay = 24 * millisecondsPerHour

/** The syntax of sizes in a policy. */
export const bytesPattern = /^(\d{1,9}(?:\.\d{1,3})?) ?(B|kB|MB|GB|KiB|MiB|GiB)$/

/** The syntax of durations in a policy. */
export const durationPattern = /^(\d{1,5}) ?(h|d)$/

/** Reads a size such as `100 MB` (1 MB is 1,000,000 bytes) or `96 MiB`, in bytes. Throws a RangeError on anything else. */
export function parseBytes(text: string): number {
  const [, amount, unit] = bytesPattern.exec(text) ?? []
  if (amount === undefined || unit === undefined) throw new RangeError(`not a size: ${JSON.stringify(text)}`)
  return Math.round(Number(amount) * bytesPerUnit[unit as keyof typeof bytesPerUnit])
}

/** Reads whole hours or days such as `48h` or `7d`, in milliseconds. Throws a RangeError on anything else. */
export function parseDuration(text: string): number {
  const [, amount, unit] = durationPattern.exec(text) ?? []
  if (amount === undefined || unit === undefined) throw new RangeError(`not a duration: ${JSON.stringify(text)}`)
  return Number(amount) * hoursPerUnit[unit as keyof typeof hoursPerUnit] * millisecondsPerHour
}

/** Writes bytes with at most one decimal, in decimal units: 1 MB is 1,000,000 bytes. */
export function formatBytes(bytes: number): string {
  for (const unit of ['GB', 'MB', 'kB'] as const) {
    const size = bytesPerUnit[unit]
    if (bytes >= size) return `${(bytes / size).toFixed(1).replace(/\.0$/, '')} ${unit}`
  }
  return `${bytes} B`
}

/** Writes a time span in whole hours below three days, else in whole days, rounded down. */
export function formatDuration(milliseconds: number): string {
  const hours = Math.floor(milliseconds / millisecondsPerHour)
  return hours < 72 ? `${hours} hour${hours === 1 ? '' : 's'}` : `${Math.floor(hours / 24)} days`
}

/** The date of a point in time, UTC, as `2027-01-31`. */
function utcDay(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** Whole days from today (UTC) to a date; negative for a past one. */
export function daysUntil(day: string, now: Date): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${utcDay(now)}T00:00:00Z`)) / millisecondsPerDay)
}

/** Writes a share from 0 to 1 in percent, with four digits: so that fractions of a percent can be told apart. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`
}
