import { z } from 'zod'
import type { Origin } from '../../model/index.ts'
import { parsePackageUrl } from '../../model/index.ts'
import { closest } from '../closest.ts'
import { readSuppressionFile, suppressionError } from './suppression-document.ts'
import type { RegisterEntry, Suppression } from '../schema.ts'
import { dayBefore, mostEntries, suppressionEntry, type ReadSuppressions, type SuppressedFinding } from './entry.ts'

const wildcard = /[*?[\]{}]/
/** Trivy reads a path as a pattern: a literal special character is escaped with a backslash. */
const escaped = /\\([*?[\]{}\\])/g

const Entry = z.strictObject({
  id: z
    .string()
    .min(1)
    .refine((id) => !wildcard.test(id), 'an id names one finding: wildcards are refused'),
  paths: z
    .array(
      z
        .string()
        .min(1)
        .refine(
          (path) => !wildcard.test(path.replaceAll(escaped, '')),
          'a path names one file: patterns are refused; write each path out, and escape special characters with a backslash, e.g. pages/\\[id\\]',
        )
        .transform((path) => path.replaceAll(escaped, '$1')),
    )
    .nullish(),
  purls: z
    .array(z.string().refine((purl) => !purl.includes('*') && parsePackageUrl(purl) !== undefined, 'not a package URL'))
    .nullish(),
  expired_at: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'expected a date, e.g. 2027-01-31, or a time with its time zone',
    })
    .nullish(),
  statement: z.string().nullish(),
})
const Entries = z.array(Entry).nullish()
/** For sections that are not taken over, only the IDs are reported. */
const Others = z.array(z.looseObject({ id: z.string().min(1) })).nullish()

/** `.trivyignore.yaml` of Trivy 0.72 (https://trivy.dev, filtering). A section that it does not know suppresses nothing there, and nothing here, but a misspelt one is refused. */
const IgnoreFile = z.looseObject({
  vulnerabilities: Entries,
  misconfigurations: Others,
  secrets: Entries,
  licenses: Others,
})

const rules = { vulnerabilities: 'vulnerabilities', secrets: 'secrets' } as const

const notTaken = {
  misconfigurations: 'Loadline does not run these Trivy checks',
  licenses:
    'it names a licence for every package, but an exception to licenses names one package; write it in the register',
} as const

/** Reads a `.trivyignore` or, by its extension, a `.trivyignore.yaml`. Throws `POLICY` if it cannot be read in full. */
export function readTrivyIgnore(text: string, suppression: Suppression): ReadSuppressions {
  return /\.ya?ml$/.test(suppression.file) ? readIgnoreYaml(text, suppression) : readIgnoreLines(text, suppression)
}

function readIgnoreYaml(text: string, suppression: Suppression): ReadSuppressions {
  const path = suppression.file
  const data = readSuppressionFile(text, path, 'an ignore file of Trivy', IgnoreFile)
  const entries: RegisterEntry[] = []
  const left: string[] = []
  for (const section of ['misconfigurations', 'licenses'] as const)
    for (const [index, { id }] of (data[section] ?? []).entries())
      left.push(`${section}[${index}], ${id}: ${notTaken[section]}`)
  for (const section of Object.keys(data).filter((key) => !Object.hasOwn(IgnoreFile.shape, key))) {
    const near = closest(section, Object.keys(IgnoreFile.shape))
    if (near !== undefined)
      throw suppressionError(path, undefined, `Unrecognized key: ${JSON.stringify(section)}; did you mean ${near}?`)
    left.push(`${section}: Trivy has no such section`)
  }
  for (const section of ['vulnerabilities', 'secrets'] as const) {
    for (const [index, { id, paths, purls, expired_at: end, statement }] of (data[section] ?? []).entries()) {
      const origin: Origin = { kind: 'trivyignore', path, place: `${section}[${index}]` }
      if (section === 'secrets' && (purls ?? []).length > 0)
        throw suppressionError(
          path,
          undefined,
          `${origin.place}: expected paths, found purls; secrets do not belong to packages`,
        )
      const finding: SuppressedFinding = {
        rule: rules[section],
        id,
        says: statement ?? undefined,
        lastDay: end == null ? undefined : lastDayBefore(end),
      }
      for (const place of paths == null || paths.length === 0 ? [undefined] : paths) {
        for (const purl of purls == null || purls.length === 0 ? [undefined] : purls) {
          entries.push(
            suppressionEntry(
              suppression,
              {
                ...finding,
                ...(place === undefined ? {} : { path: place }),
                ...(purl === undefined ? {} : { package: purl }),
              },
              origin,
            ),
          )
        }
      }
      if (entries.length > mostEntries)
        throw suppressionError(path, undefined, `expected at most ${mostEntries} exceptions, found more`)
    }
  }
  return { entries, left }
}

/**
 * `ID`, or `ID exp:2027-01-31`; Trivy applies an ID to anything it can match, so each is looked up among
 * vulnerabilities and among secrets.
 */
function readIgnoreLines(text: string, suppression: Suppression): ReadSuppressions {
  const path = suppression.file
  const entries = text.split(/\r\n|\r|\n/).flatMap((written, index): RegisterEntry[] => {
    const [id = '', ...options] = written
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    if (id === '') return []
    const line = index + 1
    if (wildcard.test(id))
      throw suppressionError(path, line, `${JSON.stringify(id)}: an id names one finding: wildcards are refused`)
    const ends = options.map((option) => {
      const day = z.iso.date().safeParse(/^exp:(.*)/.exec(option)?.[1])
      if (!day.success)
        throw suppressionError(
          path,
          line,
          `expected an id and optionally exp:2027-01-31, found ${JSON.stringify(option)}`,
        )
      return lastDayBefore(day.data)
    })
    const lastDay = ends.toSorted()[0]
    const origin: Origin = { kind: 'trivyignore', path, place: `line ${line}` }
    return (['vulnerabilities', 'secrets'] as const).map((rule) =>
      suppressionEntry(suppression, { rule, id, lastDay }, origin),
    )
  })
  if (entries.length > mostEntries)
    throw suppressionError(path, undefined, `expected at most ${mostEntries} exceptions, found ${entries.length}`)
  return { entries, left: [] }
}

/** Trivy's expiry is a point in time: midnight at the start of a day. So the day before is the last full one. */
function lastDayBefore(end: string): string {
  return dayBefore(new Date(end).toISOString().slice(0, 10))
}
