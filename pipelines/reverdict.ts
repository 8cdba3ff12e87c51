import { Provenance, VulnerabilityReport } from '../src/attestation/index.ts'
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
import type { Signer } from '../src/stages/sign/signer.ts'
import type { Identity } from '../src/tools/cosign/identity.ts'
import { groundOf, newestVerdict } from './newest-verdict.ts'
import { planRenewal, renewVerdict } from './renew-verdict.ts'
import { requireVerified, verifyImage, type Verified } from './verify.ts'

/** What is judged again, and with what. */
export interface ReverdictRequest {
  target: Target
  identity: Identity
  policy: Policy
  database?: GivenDatabase
  /** The signer of the new verdict, if it is passed; without one it is not attested. */
  signer?: Signer
  lock: Lock
  now: Date
}

/** What a re-verdict rests on: without any one of these, it is unknown what was judged or what is in the image. */
const needed = ['provenance', 'cyclonedx', 'vulnerabilities', 'verdict'] as const satisfies readonly AttestationKind[]

/**
 * Judges a published image again, without building it: verifies its attestations, scans the attested SBOM with today's database, judges by today's policy, and attests the new verdict if somebody is to sign it.
 * Throws `VERIFY` if an attestation that it rests on fails verification, `DATABASE` or `TOOL` if today's evidence is not available, and what `renewVerdict` throws.
 */
export async function reverdict(request: ReverdictRequest): Promise<Reverdict> {
  const { policy, lock, now, signer } = request
  const plan = signer && (await planRenewal(signer, { ...request, policy: policy.signing }))
  // If the verdict is to be attested, everything that a consumer will check must hold; if it is only judged, only what that rests on.
  const kinds = plan === undefined ? needed : [...new Set([...needed, ...policy.release.require])]
  const [database, verified] = await Promise.all([
    openDatabase(request.database, policy, lock),
    verifyImage({ ...request, expected: { kinds }, ...(plan?.formats[0] && { format: plan.formats[0] }) }),
  ])
  requireVerified(verified, 'be judged again')
  const { image } = verified
  const top = newestVerdict(verified, image.digest)
  const attested = top.loadline_verdict
  if (attested === undefined)
    throw new DeliveryError(
      'VERIFY',
      `the verdict of ${image.digest} is not from Loadline: it does not say what each rule found`,
      'Judge the image with "loadline build-and-scan" on its source.',
    )

  const images = await Promise.all(
    image.manifests.map(async ({ digest, platform }): Promise<PublishedEvidence> => {
      const named = platform ?? attested.binding.images.find((entry) => entry.digest === digest)?.platform
      if (named === undefined)
        throw new DeliveryError(
          'VERIFY',
          `the attested verdict does not cover the image ${digest}`,
          'Do not use this image; release it again.',
        )
      return publishedEvidence(verified, digest, named, async (document, components) =>
        scanSbom(document, components, database, lock),
      )
    }),
  )
  const earlier = attested.rules.map((rule) => ({ ...rule, judgedAt: rule.judgedAt ?? top.timeVerified }))
  const judgement = rejudge(policy, images, earlier, now)
  const again: Reverdict = {
    schemaVersion: 'loadline.reverdict/v1',
    ...judgement,
    reference: request.target.reference,
    digest: image.digest,
    judgedAt: now.toISOString(),
    policy: policyDigest(policy),
    attested: { at: top.timeVerified, policy: attested.binding.policy, databases: attested.binding.databases },
  }
  if (plan === undefined || again.outcome !== 'passed') return again
  const expected = { kinds, policy: again.policy }
  return { ...again, renewed: await renewVerdict(again, { ...request, plan, expected, verified, images }) }
}

async function publishedEvidence(
  verified: Verified,
  digest: Digest,
  platform: Platform,
  scan: (document: string, components: number) => ReturnType<typeof scanSbom>,
): Promise<PublishedEvidence> {
  // The plain document, not the attestation: Trivy finds less in the latter.
  const sbom = groundOf(verified, digest, 'cyclonedx')
  const report = VulnerabilityReport.parse(groundOf(verified, digest, 'vulnerabilities'))
  const { buildDefinition } = Provenance.parse(groundOf(verified, digest, 'provenance'))
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
