import { Provenance, VerificationSummary, VulnerabilityReport } from '../src/attestation/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { rejudge, type PublishedEvidence } from '../src/gate/reverdict.ts'
import {
  undecided,
  type AttestationKind,
  type Collected,
  type Digest,
  type Lock,
  type Platform,
  type Reverdict,
} from '../src/model/index.ts'
import { policyDigest } from '../src/policy/policy-digest.ts'
import type { Policy } from '../src/policy/schema.ts'
import { openDatabase, type GivenDatabase } from '../src/stages/evidence/database.ts'
import type { Target } from '../src/engine/registry-access.ts'
import { scanSbom } from '../src/stages/evidence/scan-sbom.ts'
import type { Identity } from '../src/tools/cosign/identity.ts'
import { verifyImage, type Verified } from './verify.ts'

/** What is judged again, and with what. */
export interface ReverdictRequest {
  target: Target
  identity: Identity
  policy: Policy
  database?: GivenDatabase
  lock: Lock
  now: Date
}

/** What a re-verdict rests on: without any of these nobody can say what was judged, or what is in the image. */
const needed = ['provenance', 'cyclonedx', 'vulnerabilities', 'verdict'] as const satisfies readonly AttestationKind[]

/**
 * Judges a published image again, without building it: verifies its attestations, scans the attested SBOM with today's database, and judges by today's policy.
 * Throws `VERIFY` where an attestation that it rests on does not hold, and `DATABASE` or `TOOL` where today's evidence cannot be had.
 */
export async function reverdict(request: ReverdictRequest): Promise<Reverdict> {
  const { policy, lock, now } = request
  const [database, verified] = await Promise.all([
    openDatabase(request.database, policy, lock),
    verifyImage({ ...request, expected: { kinds: needed } }),
  ])
  const { verification, image } = verified
  const failed = verification.checks.filter(({ status }) => status !== 'holds')
  if (failed.length > 0) {
    throw new DeliveryError(
      'VERIFY',
      `${verification.repository}@${image.digest} cannot be judged again: ${failed.map(({ what, digest, found }) => `${what} of ${digest}: ${found}`).join('; ')}`,
      'Run "loadline verify" for the whole list; an image without these attestations is judged by "loadline build-and-scan" on its source.',
    )
  }
  const top = summaryOf(verified, image.digest)
  const attested = top.loadline_verdict
  if (attested === undefined)
    throw new DeliveryError(
      'VERIFY',
      `the verdict of ${image.digest} was not given by Loadline: it does not say what each rule found`,
      'Judge the image by "loadline build-and-scan" on its source.',
    )

  const images = await Promise.all(
    image.manifests.map(async ({ digest, platform }): Promise<PublishedEvidence> => {
      const named = platform ?? attested.binding.images.find((entry) => entry.digest === digest)?.platform
      if (named === undefined)
        throw new DeliveryError(
          'VERIFY',
          `the attested verdict does not know the image ${digest}`,
          'Do not use this image; release it again.',
        )
      return publishedEvidence(verified, digest, named, async (document, components) =>
        scanSbom(document, components, database, lock),
      )
    }),
  )
  const judgement = rejudge(policy, images, attested.rules, now)
  return {
    schemaVersion: 'loadline.reverdict/v1',
    ...judgement,
    reference: request.target.reference,
    digest: image.digest,
    judgedAt: now.toISOString(),
    policy: policyDigest(policy),
    attested: { at: top.timeVerified, policy: attested.binding.policy, databases: attested.binding.databases },
  }
}

async function publishedEvidence(
  verified: Verified,
  digest: Digest,
  platform: Platform,
  scan: (document: string, components: number) => ReturnType<typeof scanSbom>,
): Promise<PublishedEvidence> {
  // The plain document and not the attestation: Trivy finds less in the latter.
  const sbom = predicateOf(verified, digest, 'cyclonedx')
  const report = VulnerabilityReport.parse(predicateOf(verified, digest, 'vulnerabilities'))
  const { buildDefinition } = Provenance.parse(predicateOf(verified, digest, 'provenance'))
  const collected = await scan(JSON.stringify(sbom), report.scanner.result.packageCount).catch((error: unknown) => {
    if (error instanceof DeliveryError)
      return undecided({
        wanted: 'what is known today of every package in the attested SBOM',
        found: error.message,
        remedy: error.hint,
      })
    throw error
  })
  const cell = <T>(value: (scanned: Awaited<ReturnType<typeof scanSbom>>) => T): Collected<T> =>
    'status' in collected ? collected : { status: 'collected', tool: collected.tool, value: value(collected) }
  return {
    platform,
    digest,
    vulnerabilities: cell(({ vulnerabilities }) => vulnerabilities),
    licenses: cell(({ licenses }) => licenses),
    onScratch: !buildDefinition.resolvedDependencies.some(
      ({ name, annotations }) => name === 'base' && annotations?.['shipped'] === true,
    ),
    before: report.scanner.result.findings,
  }
}

function summaryOf(verified: Verified, digest: Digest): VerificationSummary {
  const summaries = (verified.statements.get(digest)?.verdict ?? []).map(({ statement }) =>
    VerificationSummary.parse(statement.predicate),
  )
  const [newest] = summaries.toSorted((left, right) => (left.timeVerified < right.timeVerified ? 1 : -1))
  if (newest === undefined)
    throw new DeliveryError('VERIFY', `there is no verdict of ${digest}`, 'Run "loadline verify" for the whole list.')
  return newest
}

/** The newest attestation that the verdict rests on. */
function predicateOf(verified: Verified, digest: Digest, kind: AttestationKind): Record<string, unknown> {
  const inputs = new Set(
    summaryOf(verified, digest).inputAttestations?.map((input) => `sha256:${input.digest?.['sha256']}`),
  )
  const found = verified.statements.get(digest)?.[kind]?.find((entry) => inputs.has(entry.digest))
  if (found === undefined)
    throw new DeliveryError(
      'VERIFY',
      `the verdict of ${digest} does not rest on any ${kind} that is there`,
      'Do not use this image; release it again.',
    )
  return found.statement.predicate
}
