import { step, type Progress } from '../src/engine/progress.ts'
import { evaluate } from '../src/gate/evaluate.ts'
import type { Collected, Evidence, Platform, Reproduction } from '../src/model/index.ts'
import { collectReproduction } from '../src/stages/build/reproduce.ts'
import { collectEvidence, type ImageEvidence } from '../src/stages/evidence/index.ts'
import { collectExploitPrediction } from '../src/stages/evidence/exploit-prediction.ts'
import { collectKnownExploited } from '../src/stages/evidence/known-exploited.ts'
import { lintDockerfile } from '../src/stages/lint.ts'
import { readSource, type Source } from '../src/stages/source/source.ts'
import { beginBuild, type Build } from './begin-build.ts'
import { withReleasedBaseline } from './released-baseline.ts'
import type { Request } from './request.ts'
import type { RunRecord } from './run-record.ts'

/** The flow from the source to the gate. Never throws: a run that fails is recorded up to that point, with its failure. */
export async function buildAndScan(request: Request): Promise<RunRecord> {
  const run: RunRecord = {}
  try {
    await runStages(request, run)
  } catch (error) {
    run.failure = error
  }
  return run
}

/** source -> lint -> build -> evidence -> gate. Each stage's result is recorded at once, so that it is not lost if a later stage throws. */
async function runStages(request: Request, run: RunRecord): Promise<void> {
  const { lock, progress, now } = request
  const source = await step(progress, 'source', async () => withReleasedBaseline(await readSource(request), request))
  run.source = source
  const { dockerfile, policy, platforms, subject, baseline } = source

  const build = beginBuild(source, request)
  // Runs in parallel with the build, and is reported even if the build fails.
  const lint = step(progress, 'lint', () => lintDockerfile(dockerfile, build.checks, policy.lint, lock))
  try {
    await build.ready()
    run.images = await Promise.all(platforms.map((platform) => buildAndCollect(platform, build, progress)))
  } finally {
    run.lint = await lint
  }

  const evidence = evidenceOf(source, run.lint, run.images)
  run.evidence = evidence
  const { verdict, passed } = await step(
    progress,
    'gate',
    async () => evaluate(policy, evidence, now, { image: subject.name, baseline }),
    { said: (judgement) => judgement.verdict.outcome },
  )
  run.verdict = verdict
  run.passed = passed
}

/** Each platform's collectors start as soon as its image is built, and wait for no other platform. */
async function buildAndCollect(platform: Platform, build: Build, progress: Progress): Promise<ImageEvidence> {
  const image = await step(progress, 'build', () => build.image(platform), {
    of: platform,
    said: ({ built }) => built.archive.digest,
  })
  const { again } = build
  const [collected, reproduction] = await Promise.all([
    collectEvidence(image, progress),
    again === undefined
      ? undefined
      : step(progress, 'build', () => collectReproduction(image.built, () => again(platform), image.lock), {
          of: `${platform}, again`,
          said: sayReproduction,
        }),
  ])
  return { ...collected, ...(reproduction === undefined ? {} : { reproduction }) }
}

function sayReproduction(cell: Collected<Reproduction>): string {
  if (cell.status === 'undecided') return `undecided: ${cell.found}`
  return cell.value.count === 0 ? 'the same image' : 'a different image'
}

/** The evidence of the whole run: of the source, and of each platform's image. */
function evidenceOf(
  { knownExploited, exploitPrediction, additional }: Source,
  lint: Evidence['lint'],
  images: readonly ImageEvidence[],
): Evidence {
  const scans = images.map(({ evidence }) => evidence.vulnerabilities)
  const exploited = collectKnownExploited(knownExploited, scans)
  const predicted = collectExploitPrediction(exploitPrediction, scans)
  return {
    lint,
    ...(exploited === undefined ? {} : { knownExploited: exploited }),
    ...(predicted === undefined ? {} : { exploitPrediction: predicted }),
    ...(additional.length === 0 ? {} : { additional }),
    platforms: images.map(({ built, evidence, reproduction }) => ({
      archive: built.archive,
      evidence,
      ...(reproduction === undefined ? {} : { reproduction }),
    })),
  }
}
