import { evidenceKinds, stages, type Run, type Stage } from '../model/index.ts'
import { headline } from '../model/headline.ts'

/** How far a run got: each stage of the flow with its state. */
export interface StageProgress {
  stage: Stage
  /** `stopped`: the run ended here; `skipped`: not requested or not allowed; `pending`: never reached. */
  state: 'done' | 'undecided' | 'stopped' | 'skipped' | 'pending'
  /** In a word or two. */
  note: string
}

/** The nine stages, in order. `report` is done in every report that can be read. */
export function flowProgress(run: Run): StageProgress[] {
  const failedAt = run.failure === undefined ? stages.length : stages.indexOf(run.failure.stage)
  return stages.map((stage, position) => {
    if (stage === 'report') return { stage, state: 'done', note: 'written' }
    if (position === failedAt) return { stage, state: 'stopped', note: 'failed' }
    if (position > failedAt) return { stage, state: 'pending', note: 'not reached' }
    return { stage, ...reached(run, stage) }
  })
}

function reached(run: Run, stage: Exclude<Stage, 'report'>): Omit<StageProgress, 'stage'> {
  const { outcome } = headline(run)
  switch (stage) {
    case 'source':
      return { state: 'done', note: 'read' }
    case 'lint':
      if (run.evidence === undefined) return run.failure === undefined ? pending : { state: 'done', note: 'run' }
      if (run.evidence.lint.status === 'not-applicable') return { state: 'skipped', note: 'no Dockerfile' }
      return run.evidence.lint.status === 'undecided'
        ? { state: 'undecided', note: 'undecided' }
        : { state: 'done', note: 'collected' }
    case 'build': {
      const platforms = run.evidence?.platforms.length ?? 0
      if (platforms === 0) return run.failure === undefined ? pending : { state: 'done', note: 'run' }
      if (run.subject.image !== undefined) return { state: 'skipped', note: 'given' }
      return { state: 'done', note: platforms === 1 ? 'one platform' : `${platforms} platforms` }
    }
    case 'evidence': {
      if (run.evidence === undefined || run.evidence.platforms.length === 0) return pending
      const missing = run.evidence.platforms.flatMap(({ evidence }) =>
        evidenceKinds.filter((kind) => evidence[kind].status === 'undecided'),
      ).length
      return missing === 0 ? { state: 'done', note: 'collected' } : { state: 'undecided', note: `${missing} missing` }
    }
    case 'gate':
      if (run.verdict === undefined) return pending
      if (run.verdict.outcome === 'passed') return { state: 'done', note: 'passed' }
      return run.verdict.outcome === 'rejected'
        ? { state: 'stopped', note: 'rejected' }
        : { state: 'undecided', note: 'undecided' }
    case 'publish':
      if (run.release !== undefined || releasing(run)) return { state: 'done', note: 'by digest' }
      return { state: 'skipped', note: outcome === 'passed' ? 'not done' : 'not allowed' }
    case 'sign':
    case 'attest':
      if (run.release?.signature !== undefined)
        return { state: 'done', note: run.release.signature.verified ? 'verified' : 'not verified' }
      if (stage === 'sign' && run.release?.unsigned !== undefined) return { state: 'undecided', note: 'not signed' }
      return releasing(run)
        ? { state: 'done', note: 'done' }
        : { state: 'skipped', note: outcome === 'passed' ? 'not done' : 'not allowed' }
  }
}

/** Whether the run failed during the release: then every release stage before the failed one was done. */
function releasing(run: Run): boolean {
  return run.failure !== undefined && (run.failure.stage === 'sign' || run.failure.stage === 'attest')
}

const pending = { state: 'pending', note: 'not reached' } as const
