import { createHash } from 'node:crypto'
import type { DebianRelease } from './debian-archive.ts'

/** One package as its control file describes it. */
export interface PackageRecord {
  name: string
  version: string
  architecture: string
  /** Names that other packages may depend on instead of `name`. */
  provides: string[]
  /** `Pre-Depends` and `Depends`: each entry is met by any one of its alternatives. Versions and architecture qualifiers are dropped. */
  dependencies: string[][]
  /** The stanza as it was read, without surrounding blank lines. */
  stanza: string
}

/**
 * Reads control stanzas: a .deb's control file, or dpkg's status file, in which packages that were removed but left
 * configuration behind are skipped.
 *
 * @throws when a stanza lacks a field that identifies the package, or a line belongs to no field: a partly understood
 *   list would hide packages from scanners.
 */
export function parsePackageRecords(text: string): PackageRecord[] {
  const records: PackageRecord[] = []
  for (const block of text.split(/\n(?:[ \t]*\n)+/)) {
    const stanza = block.replace(/^\n+|\s+$/g, '')
    if (stanza === '') continue
    const fields = parseFields(stanza)
    const status = fields.get('status')
    if (status !== undefined && !status.endsWith(' installed')) continue
    records.push({
      name: required(fields, 'package', stanza),
      version: required(fields, 'version', stanza),
      architecture: required(fields, 'architecture', stanza),
      provides: parseRelations(fields.get('provides')).flat(),
      dependencies: [...parseRelations(fields.get('pre-depends')), ...parseRelations(fields.get('depends'))],
      stanza,
    })
  }
  return records
}

/**
 * Dependencies that neither the given packages nor the names left out on purpose meet.
 *
 * @returns sentences such as `libssl3 needs libc6`, sorted; empty when the set is closed.
 */
export function unmetDependencies(records: PackageRecord[], leftOut: readonly string[]): string[] {
  const present = new Set([...leftOut, ...records.flatMap((record) => [record.name, ...record.provides])])
  const unmet = new Set<string>()
  for (const record of records) {
    for (const alternatives of record.dependencies) {
      if (!alternatives.some((name) => present.has(name)))
        unmet.add(`${record.name} needs ${alternatives.join(' or ')}`)
    }
  }
  return [...unmet].sort()
}

/** Which packages an image was assembled from: their number, and a digest over their sorted names, versions and architectures. */
export function describePackages(records: PackageRecord[], release: DebianRelease = 'bookworm'): string {
  const lines = records.map((record) => `${record.name} ${record.version} ${record.architecture}\n`).sort()
  const digest = createHash('sha256').update(lines.join('')).digest('hex')
  return `Debian ${release} packages: ${records.length}, sha256:${digest}`
}

function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>()
  let current: string | undefined
  for (const line of stanza.split('\n')) {
    if (/^[ \t]/.test(line) && current !== undefined) {
      fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`)
      continue
    }
    const field = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line)
    if (field === null)
      throw new Error(`expected a Debian control field such as "Package: name", found "${line.slice(0, 80)}"`)
    current = (field[1] ?? '').toLowerCase()
    fields.set(current, (field[2] ?? '').trim())
  }
  return fields
}

function required(fields: Map<string, string>, name: string, stanza: string): string {
  const value = fields.get(name)
  if (value === undefined || value === '')
    throw new Error(`expected a Debian control stanza with the field "${name}", found "${stanza.slice(0, 80)}"`)
  return value
}

function parseRelations(value: string | undefined): string[][] {
  if (value === undefined) return []
  const relations: string[][] = []
  for (const entry of value.split(',')) {
    const names = entry
      .split('|')
      .map((name) =>
        name
          .replace(/\(.*?\)|\[.*?\]|<.*?>/gs, '')
          .trim()
          .replace(/:[a-z0-9-]+$/, ''),
      )
      .filter((name) => name !== '')
    if (names.length > 0) relations.push(names)
  }
  return relations
}
