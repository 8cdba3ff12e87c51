import type { Changeset, Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import { limits } from '../src/model/limits.ts'
import type { RuleResult, Run } from '../src/model/index.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import { readText } from '../src/engine/read-text.ts'
import {
  assemble,
  isBetter,
  keepWorking,
  openExceptions,
  repairs,
  tellRepair,
  withoutOverlaps,
  worse,
  type Answer,
  type Left,
  type Proposal,
  type Repaired,
  type Seen,
  type Situation,
} from '../src/repair/index.ts'
import { policyName } from '../src/stages/source/application-policy.ts'
import type { Source } from '../src/stages/source/source.ts'
import { buildAndScan } from './build-and-scan.ts'
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

/** The result of one round of repairs. `judged` is absent if nothing is kept. */
interface Round {
  judged: Judged | undefined
  kept: readonly Proposal[]
  left: readonly Left[]
}

/**
 * One repair can make another possible: a user that the image can start as, then a health check for the port on which
 * it was seen to answer.
 */
const mostRounds = 3

const brokeRule = 'a rule that passed would fail'
const noBetter = 'no failed rule would pass'

/**
 * Judges a source, makes every known repair for the gate's findings, builds and starts the result, and judges again.
 * Repairs are kept if the image builds and starts with them, no rule that passed now fails, and at least one rule gets
 * better. The given directory is not changed: `files` has the changes. Throws if the engine or a tool fails; a source
 * that cannot be judged is left unchanged.
 */
export async function repair(request: Request): Promise<Repaired> {
  const before = await judge(request, {}, 'before')
  const tried = new Map<string, Promise<TriedImage | undefined>>()
  const attempt: Attempt = (files, of) =>
    once(tried, files, () =>
      step(request.progress, 'build', () => tryOrNot({ ...request, directory: withFiles(request.directory, files) }), {
        of,
        said: (image) => (image === undefined ? 'does not build' : (image.run?.outcome ?? 'names no port')),
      }),
    )
  const left: Left[] = []
  const kept: Proposal[] = []
  let [current, seen, answers]: [Judged, Seen | undefined, readonly Answer[]] = [before, undefined, []]
  for (let round = 0; round < mostRounds && isOpen(current.run); round++) {
    seen ??= await (await attempt(current.files, 'try as it is'))?.seen()
    const situation = await situationOf(current, seen)
    answers = repairs.map((one) => one.propose(situation))
    const given = new Set(left.map(({ repair: id }) => id))
    const asked = answers.flatMap(({ proposals = [] }) => proposals).filter(({ repair: id }) => !given.has(id))
    const proposals = withoutOverlaps(asked).kept
    const next = await oneRound(request, attempt, current, situation, proposals, `repair ${round + 1}`)
    left.push(...next.left)
    if (next.judged === undefined) break
    kept.push(...next.kept)
    current = next.judged
  }
  const files = { ...current.files, ...(await whatRemains(request, current)) }
  return tellRepair({ before: before.run, after: current.run, kept, left, answers, files })
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

async function oneRound(
  request: Request,
  attempt: Attempt,
  current: Judged,
  situation: Situation,
  proposals: readonly Proposal[],
  name: string,
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
  const judged = (some: readonly Proposal[]) => once(judgements, filesOf(some), (files) => judge(request, files, name))
  const harm = async (some: readonly Proposal[]) => {
    const { run } = await judged(some)
    return run.verdict === undefined ? ['the gate reaches no verdict'] : worse(results, resultsOf(run))
  }
  const good = await keepWorking(kept, async (some) => (await harm(some)).length === 0)
  const dropped = say(good.dropped, `${brokeRule}: ${(await harm(kept)).join(', ')}`)
  const best = good.kept.length === 0 ? undefined : await judged(good.kept)
  return best !== undefined && isBetter(results, resultsOf(best.run))
    ? { judged: best, kept: good.kept, left: [...left, ...dropped] }
    : { judged: undefined, kept: [], left: [...left, ...dropped, ...say(good.kept, noBetter)] }
}

/**
 * The proposals with which the image builds and starts. If it cannot be started at all, those that do not change what
 * runs, if it builds with them.
 */
async function working(
  attempt: (some: readonly Proposal[]) => Promise<TriedImage | undefined>,
  proposals: readonly Proposal[],
): Promise<{ kept: readonly Proposal[]; left: Left[] }> {
  const builds = async (some: readonly Proposal[]) => (await attempt(some)) !== undefined
  const starts = async (some: readonly Proposal[]) => (await attempt(some))?.run?.outcome === 'ready'
  if (proposals.length === 0 || (await starts(proposals))) return { kept: proposals, left: [] }

  const base = await firstWorking(beginnings(proposals), starts)
  if (base !== undefined) {
    const others = proposals.filter(({ repair: id }) => !base.some((one) => one.repair === id))
    const more = await keepWorking(others, (some) => starts([...base, ...some]))
    return { kept: [...base, ...more.kept], left: say(more.dropped, 'the image does not build or start with it') }
  }
  const [equal, others] = [proposals.filter((one) => one.equal), proposals.filter((one) => !one.equal)]
  const reason = (await attempt(proposals))?.run?.reason || 'it has no health check and names no port'
  const proven = await keepWorking(equal, builds)
  return {
    kept: proven.kept,
    left: [
      ...say(proven.dropped, 'the image does not build with it'),
      ...say(others, `the image was not seen to start (${reason}), so it is unknown whether it still would`),
    ],
  }
}

/**
 * Proposals with which an image may start that does not start unchanged: as a different user, with or without ownership
 * of its files, and with a different command.
 */
function beginnings(proposals: readonly Proposal[]): Array<readonly Proposal[]> {
  const user = proposals.find((one) => one.user !== undefined)
  const users = user === undefined ? [[]] : [[user], ...(user.otherwise === undefined ? [] : [[user.otherwise]])]
  const commands = proposals.filter((one) => one.starts === true)
  return [...users, ...(commands.length === 0 ? [] : users.map((some) => [...some, ...commands]))]
}

async function firstWorking(
  lists: ReadonlyArray<readonly Proposal[]>,
  works: (some: readonly Proposal[]) => Promise<boolean>,
): Promise<readonly Proposal[] | undefined> {
  for (const list of lists) if (await works(list)) return list
  return undefined
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

function isOfSource({ code }: DeliveryError): boolean {
  return /^(BUILD|BUILD_STEP|SOURCE|STRUCTURE_TESTS)$/.test(code)
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

function say(proposals: readonly Proposal[], why: string): Left[] {
  return proposals.map(({ repair: id, what }) => ({ repair: id, what, why }))
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
