import type { Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import { portOf } from '../src/model/port-of.ts'
import type { Run } from '../src/model/index.ts'
import { step, type Progress } from '../src/engine/progress.ts'
import { mostBuilds, type ChangedLine, type Rebuild, type Seen } from '../src/repair/index.ts'
import type { Source } from '../src/stages/source/source.ts'
import { buildAndScan } from './build-and-scan.ts'
import { timeRebuilds } from './rebuild-times.ts'
import { valueOf } from './repair-situation.ts'
import type { Request } from './request.ts'
import { documentRun } from './run-record.ts'
import { tryImage, type TriedImage } from './try-image.ts'

/** Files that differ from the source's, by path. */
export type Files = Readonly<Record<string, string>>

/** A source with some changed files, judged. */
export interface Judged {
  files: Files
  directory: Directory
  run: Run
  source: Source | undefined
}

/** What can be asked about a source with some changed files. What an image is and does is found once for the same files. */
export interface Trials {
  /** Judges it, under a name for the display. */
  judge(files: Files, name: string): Promise<Judged>
  /** Builds and starts it, unless a judgement already says how it starts; undefined if it does not build. */
  attempt(files: Files, of: string): Promise<TriedImage | undefined>
  /** How long rebuilds after one changed line take with two sets of files; undefined if one of them is not possible. `name` names the lines. */
  rebuilds(before: Files, after: Files, name: string, line: ChangedLine | undefined): Promise<Rebuild | undefined>
  /** Whether files that are not known yet may still be built. */
  mayTry(): boolean
}

/** Trials of one source. */
export function trialsOf(request: Request): Trials {
  const judgements = new Map<string, Promise<Judged>>()
  const attempts = new Map<string, Promise<TriedImage | undefined>>()
  const directoryOf = (files: Files) => withFiles(request.directory, files)
  return {
    judge: (files, name) => once(judgements, files, () => judge(request, files, name)),
    async attempt(files, of) {
      const judged = await judgements.get(keyOf(files))
      if (judged !== undefined && isConclusive(judged.run)) return asTried(judged.run)
      return once(attempts, files, () =>
        step(request.progress, 'build', () => tryOrNot({ ...request, directory: directoryOf(files) }), {
          of,
          said: (image) => (image === undefined ? 'does not build' : (image.run?.outcome ?? 'cannot be run here')),
        }),
      )
    },
    rebuilds: async (before, after, name, line) =>
      line && timeRebuilds(request, { before: directoryOf(before), after: directoryOf(after) }, line, name),
    mayTry: () => new Set([...judgements.keys(), ...attempts.keys()]).size < mostBuilds,
  }
}

/** Whether a judgement says how the image starts: not if nothing can tell when it is ready, or a refused write may be why it is not. */
function isConclusive({ evidence, failure }: Run): boolean {
  if (failure !== undefined) return /^(BUILD|BUILD_STEP)$/.test(failure.code)
  const cell = evidence?.platforms[0]?.evidence.runtime
  const run = cell === undefined ? undefined : valueOf(cell)
  return (
    run?.outcome === 'ready' || (/^(exited|not-ready)$/.test(run?.outcome ?? '') && run?.refusedWrites.length === 0)
  )
}

function asTried({ evidence }: Run): TriedImage | undefined {
  const cells = evidence?.platforms[0]?.evidence
  if (cells === undefined) return undefined
  const run = valueOf(cells.runtime)
  const seen = run === undefined ? undefined : seenIn(run)
  return { configuration: valueOf(cells.configuration), run, ...(seen === undefined ? {} : { seen }) }
}

function seenIn({ outcome, listens, readySeconds }: NonNullable<TriedImage['run']>): Seen | undefined {
  if (outcome !== 'ready' || readySeconds === undefined) return undefined
  const port = portOf(listens[0])
  return { listens, readySeconds, ...(port === undefined ? {} : { port }) }
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

function named(progress: Progress, name: string): Progress {
  return (event) => progress({ ...event, step: event.step === '' ? name : `${event.step}, ${name}` })
}

function once<T>(known: Map<string, Promise<T>>, files: Files, work: () => Promise<T>): Promise<T> {
  const key = keyOf(files)
  const running = known.get(key) ?? work()
  known.set(key, running)
  return running
}

function keyOf(files: Files): string {
  return JSON.stringify(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export function withFiles(directory: Directory, files: Files): Directory {
  return Object.entries(files).reduce((current, [path, text]) => current.withNewFile(path, text), directory)
}
