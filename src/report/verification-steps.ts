import { predicateTypes, type Run, type Sbom } from '../model/index.ts'
import { shellWord } from '../model/printable.ts'
import { sourcePolicy } from './source-location.ts'

/** One thing that a reader can check without trusting this report. */
export interface VerificationStep {
  /** What it proves. */
  proves: string
  /** A command for a POSIX shell, in the source directory or the report's. */
  command: string
  /** What it must print; absent if its exit code is the answer. */
  expect?: string
}

/** How to check a run: the signature and digest of a release, the judged bytes, and the judgement itself. */
export function verificationSteps(run: Run): VerificationStep[] {
  const steps: VerificationStep[] = []
  if (run.release !== undefined) {
    const overtaken = run.release.overtaken?.some(({ tag }) => run.release?.reference.endsWith(`:${tag}`)) ?? false
    if (!overtaken)
      steps.push({
        proves: 'The tag points to the judged image',
        command: `crane digest ${shellWord(run.release.reference)}`,
        expect: run.release.digest,
      })
    const { verifyCommands: commands = [], verifyCommand: signature } = run.release
    const [everything, ...others] = commands
    if (everything !== undefined)
      steps.push({
        proves: 'The signature and every attestation are valid, and what the verdict was',
        command: everything,
      })
    if (signature !== undefined)
      steps.push({ proves: 'The signature is valid, verified as a consumer would', command: signature })
    // The rest differ only in type and digest, and are in verdict.json.
    const verdict = others.find(
      (command) => command.includes(predicateTypes.verdict) && command.endsWith(run.release?.digest ?? ''),
    )
    if (verdict !== undefined)
      steps.push({ proves: 'The verdict is attested, verified with Cosign alone', command: verdict })
  }
  if (run.subject.dockerfile !== undefined && run.subject.dockerfileDigest !== undefined) {
    steps.push({
      proves: 'This is the Dockerfile that was read',
      command: `sha256sum ${shellWord(run.subject.dockerfile)}`,
      expect: run.subject.dockerfileDigest.replace('sha256:', ''),
    })
  }
  for (const { format, path, digest } of sbomDocuments(run)) {
    steps.push({
      proves: `This is the SBOM that was judged, ${formatNames[format]}`,
      command: `sha256sum ${shellWord(path)}`,
      expect: digest.replace('sha256:', ''),
    })
  }
  const policy =
    run.policy?.path === undefined || run.policy.path === sourcePolicy ? '' : ` --policy ${shellWord(run.policy.path)}`
  const organisation = (run.policy?.layers ?? [])
    .filter(({ role }) => role === 'organisation')
    .map(({ name }) => ` --organisation ${shellWord(name)}`)
  steps.push({
    proves: 'The same judgement, repeated by you',
    command: `loadline build-and-scan .${run.subject.image === undefined ? '' : ` --image ${shellWord(run.subject.image.name)}`}${policy}${organisation.join('')}`,
  })
  return steps
}

/** At most four documents: with many platforms the same two commands would repeat. */
function sbomDocuments(run: Run): Sbom['documents'] {
  return (run.evidence?.platforms ?? [])
    .flatMap(({ evidence }) => (evidence.sbom.status === 'collected' ? evidence.sbom.value.documents : []))
    .slice(0, 4)
}

const formatNames = { cyclonedx: 'CycloneDX', spdx: 'SPDX' } as const
