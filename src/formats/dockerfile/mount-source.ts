/** The image or stage of `--mount=...,from=...`: of several the last counts. Undefined if it names none, or if BuildKit refuses it. */
export function mountSource(flag: string): string | undefined {
  const sources = csvFields(flag).flatMap((field) => {
    const equals = field.indexOf('=')
    return equals !== -1 && field.slice(0, equals).toLowerCase() === 'from' ? [field.slice(equals + 1)] : []
  })
  return sources.at(-1) || undefined
}

/** The fields of one CSV line: in quotes a comma is text, and two quotes are one. None if a quote is elsewhere, which is not valid CSV. */
function csvFields(line: string): string[] {
  const fields: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy
  for (const [, quoted, plain = '', end] of line.matchAll(field)) {
    fields.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '') return fields
  }
  return []
}
