import { compareText, digestOf, type Digest, type Merged, type MergedPart, type Run } from '../model/index.ts'
import { formatDuration } from '../model/units.ts'
import { clockSkew } from '../model/clock-skew.ts'

/** A part as it is given: what its run's document says, and the digest of that document's bytes once it is written. The evidence is not asked for again, so nobody has to keep it. */
export interface GivenPart {
  run: Pick<Run, 'subject' | 'outcome' | 'verdict' | 'failure' | 'release'>
  document?: Digest
}

/** Keeps of a run what its part needs. `document` is its verdict.json, where that is written. */
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

/** What the parts must be together. */
export interface MergeRequest {
  /** Names of all services of the release: without them nobody could tell that one is missing. */
  expected: readonly string[]
  /** Where documents were to be read that are not there. */
  absent?: readonly string[]
  /** A part that was judged longer ago is refused, in milliseconds. */
  maximumAge: number
  now: Date
}

/**
 * Makes one verdict of those of several services. It passes where each expected part is there once, passed, is young enough, all are of one commit, and every document was there that was named.
 * What was judged is not judged again: each part keeps its own policy.
 */
export function mergeVerdicts(
  given: readonly GivenPart[],
  { expected, absent = [], maximumAge, now }: MergeRequest,
): Merged {
  const parts = [
    ...given.map((part) => describe(part, expected)),
    ...expected.filter((name) => !given.some(({ run }) => run.subject.name === name)).map(missing),
  ].toSorted((left, right) => compareText(left.name, right.name))
  // One that broke off may never have learned its commit; it speaks for itself.
  const judged = given.filter(({ run }) => run.outcome !== 'broken' || run.verdict !== undefined)
  const commits = new Set(judged.map(({ run }) => run.subject.revision?.revision ?? 'no commit'))
  const faults = [
    ...absent.map((path) => `there is no ${path}`),
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
    ...(expected.length === 0 ? ['nobody said which parts are expected'] : []),
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
    said: `${unexpected ? `nobody expected a part of this name; its own run ${run.outcome === 'broken' ? 'failed' : `was ${run.outcome}`}` : saidOf(run)}${hasChanges({ run }) ? '; with changes that are in no commit' : ''}`,
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
  return { name, state: 'missing', said: 'no document of its run was given', images: [] }
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
  if (age > maximumAge) return [`${name} was judged at ${judgedAt}, longer than ${formatDuration(maximumAge)} ago`]
  return age < -clockSkew ? [`${name} was judged at ${judgedAt}, which is in the future`] : []
}
