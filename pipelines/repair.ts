import type { Changeset, Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import { limits } from '../src/model/limits.ts'
import type { RuleResult, Run } from '../src/model/index.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import { readText } from '../src/engine/read-text.ts'
import {
  assemble,
  changedLine,
  isBetter,
  keepWorking,
  openExceptions,
  repairs,
  tellRepair,
  turns,
  withoutOverlaps,
  worse,
  type Answer,
  type ChangedLine,
  type Left,
  type Proposal,
  type Rebuild,
  type Repaired,
  type Seen,
  type Situation,
  type Turn,
} from '../src/repair/index.ts'
import { policyName } from '../src/stages/source/application-policy.ts'
import type { Source } from '../src/stages/source/source.ts'
import { buildAndScan } from './build-and-scan.ts'
import { rebuildSeconds } from './rebuild-times.ts'
import { say, working } from './repair-round.ts'
import { situationOf } from './repair-situation.ts'
import type { Request } from './request.ts'
import { documentRun } from './run-record.ts'
import { tryImage, type TriedImage } from './try-image.ts'

/** Files that differ from the source's, by path. */
type Files = Readonly<Record<string, string>>

/** A source with some changed files, judged. */
interface Judged {
  files: Files
  directory: Directory
  run: Run
  source: Source | undefined
}

/** Builds and starts the source with some changed files, once for the same files; undefined if it does not build. */
type Attempt = (files: Files, of: string) => Promise<TriedImage | undefined>

/** Seconds until a source with some changed files is built again after one changed line; undefined if it is not. */
type Measure = (files: Files, name: string) => Promise<number | undefined>

/** The result of one round of repairs. `judged` is absent if nothing is kept. */
interface Round {
  judged: Judged | undefined
  kept: readonly Proposal[]
  left: readonly Left[]
}

/**
 * One repair can make another possible: an image that starts, then a health check for the port on which it was seen to
 * answer.
 */
const rounds: readonly Turn[] = turns.flatMap((turn) => (turn === 'rest' ? [turn, turn, turn] : [turn]))

/** The most that a rebuild may take of the one before, for a different order to be worth its change: two builds of the same differ by less. */
const worthwhile = 0.9

const brokeRule = 'a rule that passed would fail'
const noBetter = 'no failed rule would pass'
const noFaster = 'a rebuild after a changed line would not be faster'

/**
 * Judges a source, makes every known repair for the gate's findings, builds and starts the result, and judges again.
 * Repairs are kept if the image builds and starts with them, no rule that passed now fails, and at least one rule gets
 * better or a rebuild becomes faster. The given directory is not changed: `files` has the changes. Throws if the engine
 * or a tool fails; a source that cannot be judged is left unchanged.
 */
export async function repair(request: Request): Promise<Repaired> {
  const before = await judge(request, {}, 'before')
  const attempt = attempts(request)
  const left: Left[] = []
  const kept: Proposal[] = []
  let [current, seen, answers]: [Judged, Seen | undefined, readonly Answer[]] = [before, undefined, []]
  let line: ChangedLine | undefined
  const measure = measures(request, () => line)
  for (const turn of isOpen(before.run) ? rounds : []) {
    if (turn !== 'order' && !isOpen(current.run)) continue
    if (turn === 'rest') seen ??= await (await attempt(current.files, 'try as it is'))?.seen()
    const situation = await situationOf(current, seen)
    line ??= changedLine(situation)
    answers = repairs.map((one) => one.propose(situation))
    const given = new Set(left.map(({ repair: id }) => id))
    const asked = repairs.flatMap(({ turn: own = 'rest' }, index) =>
      own === turn ? (answers[index]?.proposals ?? []) : [],
    )
    const { kept: proposals } = withoutOverlaps(asked.filter(({ repair: id }) => !given.has(id)))
    if (proposals.length === 0) continue
    const next = await oneRound({ request, attempt, current, situation, measure }, proposals, turn)
    left.push(...next.left)
    kept.push(...next.kept)
    current = next.judged ?? current
  }
  const rebuild = kept.length === 0 ? undefined : await rebuilt(measure, current.files, () => line)
  const files = { ...current.files, ...(await whatRemains(request, current)) }
  return tellRepair({ before: before.run, after: current.run, kept, left, answers, files, rebuild })
}

/** Builds and starts a source with changed files, once for the same files. */
function attempts(request: Request): Attempt {
  const tried = new Map<string, Promise<TriedImage | undefined>>()
  return (files, of) =>
    once(tried, files, () =>
      step(request.progress, 'build', () => tryOrNot({ ...request, directory: withFiles(request.directory, files) }), {
        of,
        said: (image) => (image === undefined ? 'does not build' : (image.run?.outcome ?? 'names no port')),
      }),
    )
}

/** Measures rebuilds, one after the other and once for the same files. */
function measures(request: Request, line: () => ChangedLine | undefined): Measure {
  const known = new Map<string, Promise<number | undefined>>()
  return async (files, name) => {
    const changed = line()
    if (changed === undefined) return undefined
    return once(known, files, () => rebuildSeconds(request, withFiles(request.directory, files), changed, name))
  }
}

/** Rebuilds of the given source and of the repaired one; undefined if one of them was not possible. */
async function rebuilt(
  measure: Measure,
  files: Files,
  line: () => ChangedLine | undefined,
): Promise<Rebuild | undefined> {
  const [before, after] = [await measure({}, 'before'), await measure(files, 'after')]
  const path = line()?.path
  return path === undefined || before === undefined || after === undefined ? undefined : { path, before, after }
}

/** Returns the repairs as a change of their source. Throws as `repair` does. */
export async function repairChanges(request: Request): Promise<Changeset> {
  const { files } = await repair(request)
  return withFiles(request.directory, files).changes(request.directory)
}

/** Whether there is something to repair: an image that was built and judged, and did not pass. */
function isOpen({ verdict, evidence, outcome, subject }: Run): boolean {
  const isHere = verdict !== undefined && (evidence?.platforms.length ?? 0) > 0 && subject.dockerfile !== undefined
  return isHere && outcome !== 'passed'
}

/** What a round works with. */
interface Given {
  request: Request
  attempt: Attempt
  current: Judged
  situation: Situation
  measure: Measure
}

async function oneRound(
  { request, attempt, current, situation, measure }: Given,
  proposals: readonly Proposal[],
  turn: Turn,
): Promise<Round> {
  const filesOf = (some: readonly Proposal[]): Files => ({
    ...current.files,
    ...assemble(situation.file, some, situation.image.configuration?.user ?? ''),
  })
  const { kept, left } = await working(
    (some) => attempt(filesOf(some), `try ${some.map(({ repair: id }) => id).join(', ') || 'nothing'}`),
    proposals,
  )
  if (kept.length === 0) return { judged: undefined, kept, left }
  const results = resultsOf(current.run)
  const judgements = new Map<string, Promise<Judged>>()
  const judged = (some: readonly Proposal[]) =>
    once(judgements, filesOf(some), (files) => judge(request, files, `repair: ${turn}`))
  const harm = async (some: readonly Proposal[]) => {
    const { run } = await judged(some)
    return run.verdict === undefined ? ['the gate reaches no verdict'] : worse(results, resultsOf(run))
  }
  const good = await keepWorking(kept, async (some) => (await harm(some)).length === 0)
  const dropped = good.dropped.length === 0 ? [] : say(good.dropped, `${brokeRule}: ${(await harm(kept)).join(', ')}`)
  const best = good.kept.length === 0 ? undefined : await judged(good.kept)
  if (best === undefined) return { judged: undefined, kept: [], left: [...left, ...dropped] }
  const helps =
    turn === 'order' ? await isFaster(measure, current.files, best.files) : isBetter(results, resultsOf(best.run))
  return helps
    ? { judged: best, kept: good.kept, left: [...left, ...dropped] }
    : {
        judged: undefined,
        kept: [],
        left: [...left, ...dropped, ...say(good.kept, turn === 'order' ? noFaster : noBetter)],
      }
}

async function isFaster(measure: Measure, before: Files, after: Files): Promise<boolean> {
  const [slow, fast] = [await measure(before, 'in the old order'), await measure(after, 'in the new order')]
  return slow !== undefined && fast !== undefined && fast < slow * worthwhile
}

/** Undefined if it does not build. Any other failure is not a repair's fault. */
async function tryOrNot(request: Request): Promise<TriedImage | undefined> {
  try {
    return await tryImage(request)
  } catch (error) {
    if (error instanceof DeliveryError && isOfSource(error)) return undefined
    throw error
  }
}

/** Whether a repair can be the reason: LOCK means that a base is not available. */
function isOfSource({ code }: DeliveryError): boolean {
  return /^(BUILD|BUILD_STEP|SOURCE|STRUCTURE_TESTS|LOCK)$/.test(code)
}

function named(progress: Progress, name: string): Progress {
  return (event) => progress({ ...event, step: event.step === '' ? name : `${event.step}, ${name}` })
}

function once<T>(known: Map<string, Promise<T>>, files: Files, work: (files: Files) => Promise<T>): Promise<T> {
  const key = JSON.stringify(files)
  const running = known.get(key) ?? work(files)
  known.set(key, running)
  return running
}

/** Any failure of the given source is a result; of a repaired one, only a failure that can be the repair's fault. */
async function judge(request: Request, files: Files, name: string): Promise<Judged> {
  const directory = withFiles(request.directory, files)
  const record = await buildAndScan({ ...request, directory, progress: named(request.progress, name) })
  const { failure } = record
  const isSaid = failure instanceof DeliveryError && (Object.keys(files).length === 0 || isOfSource(failure))
  if (failure !== undefined && !isSaid) throw failure
  const facts = { name: request.name ?? 'application', mode: request.lock.mode, startedAt: request.now }
  return { files, directory, run: documentRun(record, facts), source: record.source }
}

/**
 * The violations that still reject the image, as entries of the source's own policy, for a person to complete. A policy
 * from elsewhere is not changed.
 */
async function whatRemains(request: Request, { directory, run, source }: Judged): Promise<Files> {
  if (request.policy !== undefined || source === undefined || run.outcome === 'passed') return {}
  const written = await readText(directory, policyName, limits.written, 'POLICY')
  const text = openExceptions(resultsOf(run), source.policy, written, request.now)
  return text === undefined ? {} : { [policyName]: text }
}

function withFiles(directory: Directory, files: Files): Directory {
  return Object.entries(files).reduce((current, [path, text]) => current.withNewFile(path, text), directory)
}

function resultsOf({ verdict }: Run): readonly RuleResult[] {
  return verdict?.results ?? []
}
