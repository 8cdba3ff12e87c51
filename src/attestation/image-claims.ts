import type { Digest, Evidence, Verdict } from '../model/index.ts'
import type { Claim } from './claim.ts'
import { builderId, provenance, type BuildFacts } from './provenance.ts'
import { testResults } from './test-results.ts'
import { vulnerabilityReport } from './vulnerability-report.ts'

/** What a release claims about its images, in addition to their bytes. All of it is known before anything is published. */
export interface ReleaseFacts {
  build: BuildFacts
  evidence: Evidence
  sboms: ReadonlyArray<{ digest: Digest; cyclonedx: string; spdx: string }>
  /** Text of the structure-test file. */
  structureTests: string | undefined
}

/** The claims about one platform's image, without the verdict, which rests on them. Evidence that was not collected is not claimed. */
export function imageClaims(digest: Digest, verdict: Verdict, facts: ReleaseFacts): Claim[] {
  const { build, sboms } = facts
  const cell = facts.evidence.platforms.find(({ archive }) => archive.digest === digest)
  if (cell === undefined) throw new TypeError(`there is no evidence about ${digest}`)
  const { archive, evidence } = cell
  const sbom = sboms.find((entry) => entry.digest === digest)
  const scan = { startedAt: build.startedAt, finishedAt: build.finishedAt, invocation: build.invocation, builderId }
  const excepted = (verdict.results.find(({ rule }) => rule === 'structure-tests')?.excepted ?? []).filter(
    ({ violation }) => violation.platform === undefined || violation.platform === archive.platform,
  )
  return [
    ...(wasBuilt(facts)
      ? [{ kind: 'provenance' as const, predicate: provenance({ ...build, platforms: [archive.platform] }) }]
      : []),
    ...(sbom === undefined
      ? []
      : [
          { kind: 'cyclonedx' as const, predicate: asObject(sbom.cyclonedx) },
          { kind: 'spdx' as const, predicate: asObject(sbom.spdx) },
        ]),
    ...(evidence.vulnerabilities.status === 'collected'
      ? [{ kind: 'vulnerabilities' as const, predicate: vulnerabilityReport(evidence.vulnerabilities, scan) }]
      : []),
    ...(evidence.structure.status === 'collected'
      ? [
          {
            kind: 'tests' as const,
            predicate: testResults(evidence.structure.value, { text: facts.structureTests, excepted }),
          },
        ]
      : []),
  ]
}

/** Whether this run built the image: it is unknown who built an existing image, and from what. */
export function wasBuilt({ build }: Pick<ReleaseFacts, 'build'>): boolean {
  return build.subject.image === undefined
}

function asObject(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}
