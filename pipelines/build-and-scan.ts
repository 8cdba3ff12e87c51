import { evaluate, type PassedVerdict } from '../src/gate/evaluate.ts'
import type { Verdict } from '../src/model/index.ts'
import type { Policy } from '../src/policy/index.ts'
import type { BuiltArchive } from '../src/stages/build/build.ts'
import { collectEvidence } from '../src/stages/evidence/index.ts'
import { collectKnownExploited } from '../src/stages/evidence/known-exploited.ts'
import { lintDockerfile } from '../src/stages/lint.ts'
import { step } from '../src/engine/progress.ts'
import { readSource } from '../src/stages/source/source.ts'
import { checksOf, prepare } from './prepare.ts'
import type { Request } from './request.ts'
import { sbomDirectory, type RunRecord } from './run-record.ts'
import { startBuild } from './start-build.ts'

/** A verdict with the archives that it is about. `passed` is there only where the gate said yes, and nothing else can be published. */
export interface Judged {
  policy: Policy
  verdict: Verdict
  passed: PassedVerdict | undefined
  archives: BuiltArchive[]
}

/**
 * source -> lint -> build -> evidence -> gate.
 * Everything starts as early as it can: linting and the database do not wait for the build, and each platform's collectors start with its archive.
 * Throws a DeliveryError where a stage before the gate cannot be done; `record` then holds what was known until there.
 */
export async function buildAndScan(request: Request, record: RunRecord): Promise<Judged> {
  const { lock, progress } = request
  const source = (record.source = await step(progress, 'source', '', () => readSource(request)))
  const { policy } = source

  const prepared = prepare(source, request)
  const lint = (record.lint = step(progress, 'lint', '', () =>
    lintDockerfile(source.dockerfile, () => checksOf(prepared), policy.lint, lock),
  ))
  const build = await startBuild(source, request, prepared)
  const platforms = await Promise.all(
    source.platforms.map(async (platform) => {
      const archive = await step(
        progress,
        'build',
        platform,
        () => build(platform, sbomDirectory(platform, source.platforms)),
        ({ built }) => built.archive.digest,
      )
      return { built: archive.built, ...(await collectEvidence(archive, progress)) }
    }),
  )

  const knownExploited = collectKnownExploited(
    source.knownExploited,
    platforms.map(({ evidence: { vulnerabilities } }) => vulnerabilities),
  )
  const evidence = (record.evidence = {
    lint: await lint,
    ...(knownExploited === undefined ? {} : { knownExploited }),
    ...(source.additional.length === 0 ? {} : { additional: source.additional }),
    platforms: platforms.map(({ built, evidence: cells }) => ({ archive: built.archive, evidence: cells })),
  })
  record.sboms = platforms.flatMap(({ built, sbom }) =>
    sbom === undefined ? [] : [{ platform: built.archive.platform, documents: sbom }],
  )
  const { verdict, passed } = await step(
    progress,
    'gate',
    '',
    async () => evaluate(policy, evidence, request.now, { image: source.subject.name, baseline: source.baseline }),
    (judged) => judged.verdict.outcome,
  )
  record.verdict = verdict
  return { policy, verdict, passed, archives: platforms.map(({ built }) => built) }
}
