import type { Changeset } from '@dagger.io/dagger'
import { limits } from '../src/model/limits.ts'
import type { RuleResult, Run } from '../src/model/index.ts'
import { policyName } from '../src/policy/file.ts'
import { readText } from '../src/engine/read-text.ts'
import {
  assemble,
  changedLine,
  isBetter,
  isSmaller,
  keepWorking,
  mostRounds,
  nextRound,
  openExceptions,
  repairs,
  saysNo,
  tellRepair,
  withMarkOf,
  withoutOverlaps,
  worse,
  type Answer,
  type ChangedLine,
  type Left,
  type Proposal,
  type Repaired,
  type Seen,
  type Situation,
  type Turn,
} from '../src/repair/index.ts'
import { say, unproven, working, type AttemptWith, type Working } from './repair-round.ts'
import { situationOf, type GivenTexts } from './repair-situation.ts'
import { trialsOf, withFiles, type Files, type Judged, type Trials } from './repair-trials.ts'
import type { Request } from './request.ts'

/** The result of one round of repairs. `judged` is absent if nothing is kept. */
interface Round {
  judged: Judged | undefined
  kept: readonly Proposal[]
  left: readonly Left[]
}

/** What a round works with. */
interface Given {
  trials: Trials
  current: Judged
  situation: Situation
  line: ChangedLine | undefined
  number: number
}

/** The most that a rebuild may take of the one before, for a different order to be worth its change: two builds of the same differ by less. */
const worthwhile = 0.9

const brokeRule = 'a rule that passed would fail'
const noBetter = 'no failed rule would pass, and the image would hardly be smaller'
const noFaster = 'a rebuild after a changed line would not be faster'
const noMoreRounds = `not tried: the limit of ${mostRounds} rounds was reached`

/**
 * Judges a source, makes every known repair for the gate's findings, builds and starts the result, and judges again.
 * Repairs are kept if the image builds and starts with them, no rule that passed now fails, and at least one rule gets
 * better, an image that is too large gets smaller, or a rebuild becomes faster. The given directory is not changed:
 * `files` has the changes. Throws if the engine or a tool fails; a source that cannot be judged is left unchanged.
 */
export async function repair(request: Request): Promise<Repaired> {
  const trials = trialsOf(request)
  const before = await trials.judge({}, 'before')
  const left: Left[] = []
  const kept: Proposal[] = []
  let [current, answers, line]: [Judged, readonly Answer[], ChangedLine | undefined] = [before, [], undefined]
  let tmpfs: readonly string[] = []
  const texts: GivenTexts = new Map()
  for (let number = 1; isRepairable(before.run); number++) {
    const past = {
      finished: left.map(({ repair: id }) => id),
      kept: kept.map(({ repair: id }) => id),
      passes: current.run.outcome === 'passed',
    }
    const next = await proposalsFor(trials, current, past, texts)
    const { situation } = next
    answers = next.answers
    tmpfs = situation.image.seen?.tmpfs ?? []
    line ??= changedLine(situation)
    const { kept: proposals } = withoutOverlaps(next.proposals)
    if (proposals.length === 0) break
    if (number > mostRounds) {
      left.push(...say(proposals, noMoreRounds))
      break
    }
    const round = await oneRound({ trials, current, situation, line, number }, proposals)
    left.push(...round.left)
    kept.push(...round.kept)
    current = round.judged ?? current
  }
  const rebuild = kept.length === 0 ? undefined : await trials.rebuilds({}, current.files, 'all rounds', line)
  const files = await asWritten(request, { ...current.files, ...(await whatRemains(request, current, tmpfs)) })
  const dockerfile = before.source?.dockerfile?.text ?? ''
  return tellRepair({ before: before.run, after: current.run, kept, left, answers, files, rebuild, dockerfile })
}

/** Files with the byte order mark that they have in the source: a Dockerfile is read without. */
async function asWritten({ directory }: Request, files: Files): Promise<Files> {
  const texts = Object.entries(files).map(
    async ([path, text]) => [path, withMarkOf(await readText(directory, path, limits.written), text)] as const,
  )
  return Object.fromEntries(await Promise.all(texts))
}

/** Returns the repairs as a change of their source. Throws as `repair` does. */
export async function repairChanges(request: Request): Promise<Changeset> {
  const { files } = await repair(request)
  return withFiles(request.directory, files).changes(request.directory)
}

/** Whether there is something to repair: an image that was built and judged, and did not pass. */
function isRepairable({ verdict, evidence, outcome, subject }: Run): boolean {
  const isHere = verdict !== undefined && (evidence?.platforms.length ?? 0) > 0 && subject.dockerfile !== undefined
  return isHere && outcome !== 'passed'
}

/** The proposals of the next round. The image is started to see what it answers only when its last turn has come. */
async function proposalsFor(trials: Trials, current: Judged, past: Parameters<typeof nextRound>[2], texts: GivenTexts) {
  const asks = (situation: Situation) => {
    const answers = repairs.map((one) => one.propose(situation))
    return { situation, answers, proposals: nextRound(repairs, answers, past) }
  }
  const situation = await situationOf(current, texts)
  const first = asks(situation)
  if (past.passes || !first.proposals.every(isLast)) return first
  const seen = await seenOf(trials, current)
  return seen === undefined ? first : asks({ ...situation, image: { ...situation.image, seen } })
}

/** What the image was seen to do, if a repair that needs to know it may have something to do. */
async function seenOf(trials: Trials, { run, files }: Judged): Promise<Seen | undefined> {
  const isAsked = resultsOf(run).some(
    ({ rule, status }) => /^(healthcheck|structure-tests|runtime-run|runtime-ready)$/.test(rule) && saysNo(status),
  )
  return isAsked ? (await trials.attempt(files, 'try as it is'))?.seen : undefined
}

async function oneRound(given: Given, proposals: readonly Proposal[]): Promise<Round> {
  const { trials, current } = given
  const name = `round ${given.number}`
  const filesOf = (some: readonly Proposal[]) => filesWith(given, some)
  if (isSelfChecked(given, proposals)) await trials.judge(filesOf(proposals), name)
  const attempt = (some: readonly Proposal[]) =>
    trials.attempt(filesOf(some), `try ${some.map(({ repair: id }) => id).join(', ') || 'nothing'}`)
  const { kept, left } = await proven(given, attempt, proposals)
  if (kept.length === 0) return { judged: undefined, kept, left }

  const results = resultsOf(current.run)
  const judged = (some: readonly Proposal[]) => trials.judge(filesOf(some), name)
  const harm = async (some: readonly Proposal[]) => {
    const { run } = await judged(some)
    return run.verdict === undefined ? ['the gate reaches no verdict'] : worse(results, resultsOf(run))
  }
  const starts = async (some: readonly Proposal[]) => (await attempt(some))?.run?.outcome === 'ready'
  const mustStart = await starts(kept)
  const isGood = async (some: readonly Proposal[]) =>
    (await harm(some)).length === 0 && (!mustStart || (await starts(some)))
  const good = await keepWorking(kept, isGood, trials.mayTry)
  if (good.dropped.length > 0) left.push(...say(good.dropped, `${brokeRule}: ${(await harm(kept)).join(', ')}`))
  left.push(...say(good.untried, unproven))
  const best = good.kept.length === 0 ? undefined : await judged(good.kept)
  if (best === undefined) return { judged: undefined, kept: [], left }
  return good.kept.some(isOrder) || isBetter(results, resultsOf(best.run)) || isSmaller(current.run, best.run)
    ? { judged: best, kept: good.kept, left }
    : { judged: undefined, kept: [], left: [...left, ...say(good.kept, noBetter)] }
}

/**
 * The proposals with which the image builds and starts, without a different order unless a rebuild is faster with it
 * than before the round.
 */
async function proven(given: Given, attempt: AttemptWith, proposals: readonly Proposal[]): Promise<Working> {
  const { trials, line, number } = given
  const all = await working(attempt, proposals, trials.mayTry)
  const order = all.kept.filter(isOrder)
  if (order.length === 0) return all
  const seconds = await trials.rebuilds(given.current.files, filesWith(given, all.kept), `round ${number}`, line)
  if (seconds !== undefined && seconds.after < seconds.before * worthwhile) return all
  const others = all.kept.filter((one) => !isOrder(one))
  const rest = await working(attempt, others, trials.mayTry)
  return { kept: rest.kept, left: [...all.left, ...say(order, noFaster), ...rest.left] }
}

/** Whether the image itself, or the policy, says when it is ready: then judging it shows how it starts. */
function isSelfChecked({ situation }: Given, proposals: readonly Proposal[]): boolean {
  const { policy, image } = situation
  return (
    policy.runtime.probe !== 'healthcheck' ||
    (image.configuration?.healthcheck?.test ?? ['NONE'])[0] !== 'NONE' ||
    proposals.some(({ repair: id }) => id === 'health-check')
  )
}

function isLast({ repair: id }: Proposal): boolean {
  return /^(rest|order|observed)$/.test(turnOf(id))
}

function isOrder({ repair: id }: Proposal): boolean {
  return turnOf(id) === 'order'
}

function turnOf(id: string): Turn {
  return repairs.find((one) => one.id === id)?.turn ?? 'rest'
}

function filesWith({ current, situation }: Given, some: readonly Proposal[]): Files {
  return { ...current.files, ...assemble(situation.file, some, situation.image.configuration?.user ?? '') }
}

/**
 * The violations that still reject the image, as entries of the source's own policy, for a person to complete, with the
 * directories that it needs to write to. A policy from elsewhere is not changed.
 */
async function whatRemains(
  request: Request,
  { directory, run, source }: Judged,
  tmpfs: readonly string[],
): Promise<Files> {
  if (request.policy !== undefined || source === undefined || run.outcome === 'passed') return {}
  const written = await readText(directory, policyName, limits.written, 'POLICY')
  const text = openExceptions(resultsOf(run), source.policy, written, request.now, tmpfs)
  return text === undefined ? {} : { [policyName]: text }
}

function resultsOf({ verdict }: Run): readonly RuleResult[] {
  return verdict?.results ?? []
}
