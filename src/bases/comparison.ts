import { z } from 'zod'
import { compareText, Digest, Platform, severities, type PlatformEvidence, type Severity } from '../model/index.ts'
import { baseForms, type Candidate } from './candidates.ts'
import { endOfLife } from './end-of-life.ts'

const Form = z.enum([...baseForms, 'current', 'named'])
const count = z.int().min(0)

/** Measurements of the application's image on one base, by the collectors of a normal run. Sizes are in bytes. */
export const Measures = z.strictObject({
  /** The application image's, and its base's. */
  image: Digest,
  base: Digest.optional(),
  /** In a sealed network: what was used instead. */
  substitute: z.string().optional(),
  unpacked: count,
  compressed: count,
  packages: count,
  findings: z.record(z.enum(severities), count),
  /** Ecosystems that the vulnerability database does not cover: their packages have no findings, whatever is wrong with them. */
  uncovered: z.array(z.string()),
  shells: z.array(z.string()),
  packageManagers: z.array(z.string()),
  /** `none`: no package of a C library, as in an image with one static program. */
  libc: z.enum(['glibc', 'musl', 'none']),
  system: z.string(),
  /** Last day of public support, ISO 8601; absent if unknown. */
  endOfLife: z.iso.date().optional(),
  /** From the start to the first response that says ready, under production restrictions. */
  startSeconds: z.number().min(0).optional(),
  /** Why there is no start time. */
  notStarted: z.string().optional(),
})
export type Measures = z.infer<typeof Measures>

/**
 * One candidate. `not-available`: the base cannot be fetched here; `failed`: the application does not build on it, or
 * could not be measured. Neither is dropped, and `reason` says why.
 */
export const BaseRow = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('measured'),
    form: Form,
    reference: z.string(),
    isCurrent: z.boolean(),
    measures: Measures,
  }),
  z.strictObject({
    status: z.enum(['not-available', 'failed']),
    form: Form,
    reference: z.string(),
    isCurrent: z.boolean(),
    reason: z.string(),
  }),
])
export type BaseRow = z.infer<typeof BaseRow>

/**
 * How an application fares on each base. A record of a decision, not a verdict: nothing is judged by a policy, and
 * nothing is published.
 */
export const BaseComparison = z.strictObject({
  schemaVersion: z.literal('loadline.bases/v1'),
  loadline: z.string(),
  /** UTC, ISO 8601. */
  at: z.iso.datetime(),
  application: z.string(),
  platform: Platform,
  database: z.strictObject({ name: z.string(), updatedAt: z.iso.datetime(), coverage: z.string() }).optional(),
  rows: z.array(BaseRow).min(1),
  /** Absent if no measured base starts the application. */
  decision: z.strictObject({ reference: z.string(), reasons: z.array(z.string()).min(1) }).optional(),
})
export type BaseComparison = z.infer<typeof BaseComparison>

/** What was collected about the application's image on one base. */
export interface CollectedBase {
  image: Digest
  base: Digest | undefined
  substitute: string | undefined
  size: PlatformEvidence['size']
  vulnerabilities: PlatformEvidence['vulnerabilities']
  licenses: PlatformEvidence['licenses']
  configuration: PlatformEvidence['configuration']
  runtime: PlatformEvidence['runtime']
}

/** A candidate's row. Missing evidence makes it a failed one: a base with unknowns must not win. */
export function baseRow(candidate: Candidate, isCurrent: boolean, collected: CollectedBase): BaseRow {
  const { size, vulnerabilities, licenses, configuration, runtime, image, base, substitute } = collected
  const about = { form: candidate.form, reference: candidate.reference, isCurrent }
  for (const cell of [size, vulnerabilities, licenses, configuration, runtime])
    if (cell.status === 'undecided')
      return { ...about, status: 'failed', reason: `expected ${cell.wanted}, found ${cell.found}` }
  if (
    size.status !== 'collected' ||
    vulnerabilities.status !== 'collected' ||
    licenses.status !== 'collected' ||
    configuration.status !== 'collected' ||
    runtime.status !== 'collected'
  )
    throw new TypeError('a cell is collected or undecided')
  const { os, findings, packageCount, uncovered } = vulnerabilities.value
  const { outcome, readySeconds, reason, output } = runtime.value
  const last = os === undefined ? undefined : endOfLife(os)
  return {
    ...about,
    status: 'measured',
    measures: {
      image,
      ...(base === undefined ? {} : { base }),
      ...(substitute === undefined ? {} : { substitute }),
      unpacked: size.value.unpacked,
      compressed: size.value.compressed,
      packages: packageCount,
      findings: Object.fromEntries(
        severities.map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length]),
      ) as Record<Severity, number>,
      uncovered,
      shells: configuration.value.shells,
      packageManagers: configuration.value.packageManagers,
      libc: libcOf(licenses.value.packages.map(({ name, type }) => `${type} ${name}`)),
      system: os === undefined ? 'none' : `${os.family} ${os.version}${os.endOfLife ? ', past its end of life' : ''}`,
      ...(last === undefined ? {} : { endOfLife: last }),
      ...(outcome === 'ready' && readySeconds !== undefined
        ? { startSeconds: readySeconds }
        : {
            notStarted: [outcome.replace('-', ' '), reason, ...output.slice(-1)]
              .filter((part) => part !== '')
              .join(': '),
          }),
    },
  }
}

/** Judged by its package: what a program is linked with is not read here. */
function libcOf(packages: readonly string[]): Measures['libc'] {
  if (packages.some((name) => /^\S+ (libc6|glibc)$/.test(name))) return 'glibc'
  return packages.some((name) => /^\S+ (musl|libc-musl)$/.test(name)) ? 'musl' : 'none'
}

/**
 * Chooses among the measured bases. If starts were requested, only a base on which the application starts can be
 * chosen; then fewer findings, the worst first, counting unknown severity as high; then none that a distribution has
 * given up; then no shell and no package manager; then fewer bytes.
 */
export function decide(rows: readonly BaseRow[], now: Date): BaseComparison['decision'] {
  const measured = rows.flatMap((row) => (row.status === 'measured' ? [row] : []))
  const asked = measured.filter(({ measures }) => !isNotAsked(measures))
  const eligible = measured.filter(({ measures }) => asked.length === 0 || measures.startSeconds !== undefined)
  const [best, ...others] = eligible.toSorted(
    (left, right) =>
      compareMeasures(left.measures, right.measures, now) || compareText(left.reference, right.reference),
  )
  if (best === undefined) return undefined
  const { measures } = best
  const left = measured
    .filter((row) => !eligible.includes(row))
    .map(
      ({ reference, measures: { notStarted } }) =>
        `${reference} was not considered: the application does not start on it (${notStarted})`,
    )
  return {
    reference: best.reference,
    reasons: [
      `${serious(measures)} findings that are critical, high or of unknown severity${others.length === 0 ? '' : `; the others have ${others.map((row) => serious(row.measures)).join(', ')}`}`,
      `${measures.shells.length === 0 ? 'no shell' : 'a shell'}, ${measures.packageManagers.length === 0 ? 'no package manager' : 'a package manager'}`,
      ...(measures.endOfLife === undefined ? [] : [`supported publicly until ${measures.endOfLife}`]),
      ...(measures.uncovered.length === 0
        ? []
        : [
            `the vulnerability database does not cover ${measures.uncovered.join(', ')}: few findings prove little there`,
          ]),
      ...left,
    ],
  }
}

function isNotAsked({ notStarted = '' }: Measures): boolean {
  return /^not (asked|run)\b/.test(notStarted)
}

function serious({ findings }: Measures): number {
  return findings.critical + findings.high + findings.unknown
}

function compareMeasures(left: Measures, right: Measures, now: Date): number {
  const keys = (measures: Measures) => [
    measures.uncovered.length,
    measures.findings.critical,
    measures.findings.high + measures.findings.unknown,
    measures.findings.medium,
    measures.findings.low,
    measures.endOfLife !== undefined && measures.endOfLife < now.toISOString().slice(0, 10) ? 1 : 0,
    measures.shells.length > 0 ? 1 : 0,
    measures.packageManagers.length > 0 ? 1 : 0,
    measures.unpacked,
  ]
  const [mine, theirs] = [keys(left), keys(right)]
  const at = mine.findIndex((key, index) => key !== theirs[index])
  return at === -1 ? 0 : (mine[at] ?? 0) - (theirs[at] ?? 0)
}
