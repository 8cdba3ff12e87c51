import { compareText, digestOf, type Digest, type Merged, type MergedPart, type Run } from '../model/index.ts'
import { formatDuration } from '../model/units.ts'
import { clockSkew } from '../model/clock-skew.ts'

/**
 * A part of a merge: what its run's document says, and the digest of that document once written. The evidence is not
 * needed again, so nobody has to keep it.
 */
export interface GivenPart {
  run: Pick<Run, 'subject' | 'outcome' | 'verdict' | 'failure' | 'release'>
  document?: Digest
}

/** Extracts from a run what its part needs. `document` is its verdict.json, if written. */
export function givenPart({ subject, outcome, verdict, failure, release }: Run, document?: string): GivenPart {
  return {
    run: {
      subject,
      outcome,
      ...(verdict === undefined ? {} : { verdict }),
      ...(failure === undefined ? {} : { failure }),
      ...(release === undefined ? {} : { release }),
    },
    ...(document === undefined ? {} : { document: digestOf(document) }),
  }
}

/** What the parts must add up to. */
export interface MergeRequest {
  /** Names of all services in the release: without them a missing one would go unnoticed. */
  expected: readonly string[]
  /** Paths of expected documents that do not exist. */
  absent?: readonly string[]
  /** Maximum age of a part's verdict, in milliseconds. */
  maximumAge: number
  now: Date
}

/**
 * Merges the verdicts of several services. The result passes if each expected part is present once, passed and recent
 * enough, all are from one commit, and every named document exists. Nothing is judged again: each part keeps its own
 * policy.
 */
export function mergeVerdicts(
  given: readonly GivenPart[],
  { expected, absent = [], maximumAge, now }: MergeRequest,
): Merged {
  const parts = [
    ...given.map((part) => describe(part, expected)),
    ...expected.filter((name) => !given.some(({ run }) => run.subject.name === name)).map(missing),
  ].toSorted((left, right) => compareText(left.name, right.name))
  // A run that broke may never have learned its commit; it is reported for that.
  const judged = given.filter(({ run }) => run.outcome !== 'broken' || run.verdict !== undefined)
  const commits = new Set(judged.map(({ run }) => run.subject.revision?.revision ?? 'no commit'))
  const faults = [
    ...absent.map((path) => `${path} does not exist`),
    ...repeated(parts).map((name) => `${name} was given more than once`),
    ...(commits.size > 1
      ? [
          `the parts are of different commits: ${judged
            .map(({ run }) => `${run.subject.name} of ${run.subject.revision?.revision ?? 'no commit'}`)
            .toSorted(compareText)
            .join(', ')}`,
        ]
      : []),
    ...parts.flatMap((part) => ageFault(part, maximumAge, now)),
    ...(expected.length === 0 ? ['no expected parts are given'] : []),
  ]
  const [commit] = commits
  const saysNo =
    faults.length > 0 ||
    parts.some(({ state }) => state === 'rejected' || state === 'missing' || state === 'unexpected')
  return {
    schemaVersion: 'loadline.merged/v1',
    outcome: saysNo ? 'rejected' : parts.every(({ state }) => state === 'passed') ? 'passed' : 'undecided',
    mergedAt: now.toISOString(),
    ...(commits.size === 1 && commit !== undefined && commit !== 'no commit' && !judged.some(hasChanges)
      ? { revision: commit }
      : {}),
    parts,
    faults,
  }
}

function describe({ run, document }: GivenPart, expected: readonly string[]): MergedPart {
  const { name } = run.subject
  const unexpected = !expected.includes(name)
  return {
    name,
    state: unexpected ? 'unexpected' : run.outcome,
    said: `${unexpected ? `no part of this name is expected; its own run ${run.outcome === 'broken' ? 'failed' : `was ${run.outcome}`}` : saidOf(run)}${hasChanges({ run }) ? '; with uncommitted changes' : ''}`,
    ...(document === undefined ? {} : { document }),
    images: run.verdict?.binding.images ?? [],
    ...(run.verdict === undefined ? {} : { judgedAt: run.verdict.binding.at, policy: run.verdict.binding.policy }),
    ...(run.release === undefined ? {} : { release: { reference: run.release.reference, digest: run.release.digest } }),
  }
}

function hasChanges({ run }: GivenPart): boolean {
  return run.subject.revision?.dirty === true
}

function saidOf(run: GivenPart['run']): string {
  const results = run.verdict?.results ?? []
  const denying = results
    .filter(({ status }) => status === (run.outcome === 'rejected' ? 'failed' : 'undecided'))
    .map(({ rule }) => rule)
  if (run.failure !== undefined) return run.failure.message
  if (run.outcome !== 'passed')
    return `${run.outcome === 'rejected' ? 'denied by' : 'could not decide'} ${denying.join(', ')}`
  return `${results.filter(({ status }) => status !== 'off').length} of ${results.length} rules judged`
}

function missing(name: string): MergedPart {
  return { name, state: 'missing', said: "its run's document was not given", images: [] }
}

function repeated(parts: readonly MergedPart[]): string[] {
  return [
    ...new Set(
      parts
        .filter(({ name }, index) => parts.findIndex((other) => other.name === name) !== index)
        .map(({ name }) => name),
    ),
  ]
}

function ageFault({ name, judgedAt }: MergedPart, maximumAge: number, now: Date): string[] {
  if (judgedAt === undefined) return []
  const age = now.getTime() - Date.parse(judgedAt)
  if (age > maximumAge) return [`${name} was judged at ${judgedAt}, more than ${formatDuration(maximumAge)} ago`]
  return age < -clockSkew ? [`${name} was judged at ${judgedAt}, which is in the future`] : []
}
