import { DeliveryError, type ErrorCode } from '../src/model/errors.ts'
import type { Evidence, Failure, Release, Run, Stage, Verdict } from '../src/model/index.ts'
import type { PassedVerdict } from '../src/gate/evaluate.ts'
import type { ImageEvidence } from '../src/stages/evidence/index.ts'
import type { Source } from '../src/stages/source/source.ts'
import { version } from '../src/model/version.ts'

/** What is known about a run so far. Each stage adds its result, so that a run that fails still has a report. */
export interface RunRecord {
  source?: Source
  lint?: Evidence['lint']
  /** For each platform, in the order of the source. */
  images?: ImageEvidence[]
  evidence?: Evidence
  verdict?: Verdict
  /** Set only if the gate said yes; nothing else can be published. */
  passed?: PassedVerdict | undefined
  release?: Release
  notPublished?: string
  /** The error that ended it. */
  failure?: unknown
}

/** What is known about a run before it starts. */
export interface RunFacts {
  /** The application's name, if its policy cannot be read. */
  name: string
  mode: Run['mode']
  startedAt: Date
  pathInRepository?: string
}

/** The report document of a finished run, successful or not. */
export function documentRun(record: RunRecord, facts: RunFacts): Run {
  const { lint } = record
  const failure = record.failure === undefined ? undefined : describeFailure(record.failure, record)
  const evidence = record.evidence ?? (lint === undefined ? undefined : { lint, platforms: [] })
  return {
    schemaVersion: 'loadline.run/v1',
    outcome: failure === undefined ? (record.verdict?.outcome ?? 'broken') : 'broken',
    loadline: version,
    startedAt: facts.startedAt.toISOString(),
    mode: facts.mode,
    subject: record.source?.subject ?? {
      name: facts.name,
      dockerfile: 'Dockerfile',
      ...(facts.pathInRepository === undefined ? {} : { directory: facts.pathInRepository }),
    },
    ...(record.source === undefined ? {} : { policy: record.source.applied }),
    ...(record.source === undefined || record.source.suppressions.length === 0
      ? {}
      : { suppressions: record.source.suppressions }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(record.verdict === undefined ? {} : { verdict: record.verdict }),
    ...(record.release === undefined ? {} : { release: record.release }),
    ...(record.notPublished === undefined ? {} : { notPublished: record.notPublished }),
    ...(failure === undefined ? {} : { failure }),
  }
}

const stageOfCode: Readonly<Record<ErrorCode, Stage>> = {
  USAGE: 'source',
  SOURCE: 'source',
  POLICY: 'source',
  STRUCTURE_TESTS: 'source',
  LOCK: 'source',
  CREDENTIAL: 'source',
  PREREQUISITE: 'source',
  ENGINE: 'build',
  BUILD: 'build',
  BUILD_STEP: 'build',
  TOOL: 'build',
  DATABASE: 'evidence',
  REPORT: 'report',
  PUBLISH: 'publish',
  SIGN: 'sign',
  ATTEST: 'attest',
  VERIFY: 'attest',
}

function describeFailure(error: unknown, record: RunRecord): Failure {
  if (error instanceof DeliveryError)
    return {
      // The source is the first stage, whatever prevented it from being read.
      stage: record.source === undefined ? 'source' : stageOfCode[error.code],
      code: error.code,
      message: error.message,
      hint: error.hint,
      ...(error.step === undefined ? {} : { step: error.step }),
    }
  const message = error instanceof Error ? error.message : String(error)
  return {
    stage: record.verdict === undefined ? (record.source === undefined ? 'source' : 'build') : 'publish',
    code: 'ENGINE',
    message: `the engine failed: ${message}`,
    hint: 'Check that the engine is running ("loadline engine status") and run again. If it persists, report it as a bug in Loadline.',
  }
}
