import { z } from 'zod'
import { Digest, digestOf, type Run } from '../../model/index.ts'
import { version } from '../../model/version.ts'
import type { Framework, Proof } from './framework.ts'
import { hipaa } from './hipaa.ts'
import { pciDss } from './pci-dss.ts'
import { soc2 } from './soc2.ts'

/** The frameworks, by their names on the command line. */
export const frameworks = { hipaa, 'pci-dss': pciDss, soc2 } as const satisfies Record<string, Framework>
export type FrameworkName = keyof typeof frameworks

const RowStatus = z.enum(['evidenced', 'not-evidenced', 'outside'])

/** The compliance document. A row is either evidenced by files of the report directory, each with its digest, or not. */
export const Compliance = z.strictObject({
  schemaVersion: z.literal('loadline.compliance/v1'),
  loadline: z.string(),
  framework: z.string(),
  /** UTC, ISO 8601: when the run was judged, or when it started if it was not judged. */
  judgedAt: z.iso.datetime(),
  subject: z.strictObject({
    name: z.string(),
    outcome: z.enum(['passed', 'rejected', 'undecided', 'broken']),
    images: z.array(Digest),
  }),
  counts: z.strictObject({ evidenced: z.int().min(0), 'not-evidenced': z.int().min(0), outside: z.int().min(0) }),
  rows: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      status: RowStatus,
      says: z.array(z.string()).min(1),
      artifacts: z.array(z.strictObject({ path: z.string(), digest: Digest })),
    }),
  ),
})
export type Compliance = z.infer<typeof Compliance>

/** A run read from disk: its document, and the files of its report directory by path. */
export interface RecordedRun {
  run: Run
  verdictText: string
  files: ReadonlyMap<string, string>
}

/**
 * Evaluates a run against a framework. Only a passed run is evidence of anything, a rule only if it passed without an
 * exception, and a file only if it exists.
 */
export function evaluateCompliance(framework: Framework, recorded: RecordedRun): Compliance {
  const { run } = recorded
  const rows = framework.requirements.map(({ id, title, proof }): Compliance['rows'][number] => {
    if ('outside' in proof) return { id, title, status: 'outside', says: [proof.outside], artifacts: [] }
    const { missing, says, paths } = prove(proof, recorded)
    if (missing.length > 0) return { id, title, status: 'not-evidenced', says: missing, artifacts: [] }
    return {
      id,
      title,
      status: 'evidenced',
      says,
      artifacts: [...new Set(paths)].map((path) => ({
        path,
        digest: digestOf(path === 'verdict.json' ? recorded.verdictText : (recorded.files.get(path) ?? '')),
      })),
    }
  })
  const count = (status: z.infer<typeof RowStatus>) => rows.filter((row) => row.status === status).length
  return {
    schemaVersion: 'loadline.compliance/v1',
    loadline: version,
    framework: framework.name,
    judgedAt: run.verdict?.binding.at ?? run.startedAt,
    subject: {
      name: run.subject.name,
      outcome: run.outcome,
      images: run.verdict?.binding.images.map(({ digest }) => digest) ?? [],
    },
    counts: { evidenced: count('evidenced'), 'not-evidenced': count('not-evidenced'), outside: count('outside') },
    rows,
  }
}

function prove(proof: Proof, { run, files }: RecordedRun): { missing: string[]; says: string[]; paths: string[] } {
  const missing: string[] = []
  const says: string[] = []
  const paths: string[] = []
  if (run.outcome !== 'passed')
    return { missing: [`the run is ${run.outcome}, and only a passed run is evidence`], says, paths }
  for (const rule of proof.rules ?? []) {
    const result = run.verdict?.results.find((entry) => entry.rule === rule)
    if (result === undefined) missing.push(`the rule ${rule} was not run`)
    else if (result.status !== 'passed') missing.push(`the rule ${rule} is ${result.status}: ${result.found}`)
    else if (result.excepted.length > 0 || result.known !== undefined)
      missing.push(`the rule ${rule} passed only by ${result.excepted.length > 0 ? 'exceptions' : 'a baseline'}`)
    else {
      says.push(`rule ${rule}: ${result.found}`)
      paths.push('verdict.json')
    }
  }
  for (const path of proof.files ?? []) {
    const text = files.get(path)
    const wrong = text === undefined || text.trim() === '' ? `${path} is missing` : unlikeRecorded(run, path, text)
    if (wrong !== undefined) missing.push(wrong)
    else {
      says.push(path)
      paths.push(path)
    }
  }
  for (const part of proof.release ?? []) {
    const { signature, attestations = [], digest } = run.release ?? {}
    const isThere = part === 'signature' ? signature?.verified === true : attestations.length > 0
    if (!isThere)
      missing.push(
        run.release === undefined
          ? 'the run released nothing'
          : part === 'signature'
            ? 'the release has no verified signature'
            : 'the release has no attestations',
      )
    else {
      says.push(
        part === 'signature'
          ? `${digest} signed by ${signature?.signer}, verified`
          : `${attestations.length} attestations of ${digest}`,
      )
      paths.push('verdict.json')
    }
  }
  return { missing, says, paths }
}

/** Why an SBOM is not the one that the run made; undefined if it is, or if the run does not record the file. */
function unlikeRecorded(run: Run, path: string, text: string): string | undefined {
  if (!path.startsWith('sbom')) return undefined
  const documents = (run.evidence?.platforms ?? []).flatMap(({ evidence: { sbom } }) =>
    sbom.status === 'collected' ? sbom.value.documents : [],
  )
  const recorded = documents.filter((document) => document.path === path)
  if (recorded.length === 0) return `the run records no ${path}`
  return recorded.some(({ digest }) => digest === digestOf(text))
    ? undefined
    : `${path} is not the file that the run made: its digest differs`
}
