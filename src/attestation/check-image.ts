import { z } from 'zod'
import {
  predicateTypes,
  type AttestationKind,
  type AttestedOrigin,
  type AttestedVerdict,
  type Digest,
  type Platform,
  type VerificationCheck,
} from '../model/index.ts'
import type { AttestedStatement } from '../tools/cosign/attestations.ts'
import { builderId, Provenance } from './provenance.ts'
import { TestResults } from './test-results.ts'
import { VerificationSummary } from './verification-summary.ts'
import { VulnerabilityReport } from './vulnerability-report.ts'

/** What a consumer expects of an image. */
export interface Expectation {
  /** Kinds that must exist; an index carries provenance and verdict, each of its images all of them. */
  kinds: readonly AttestationKind[]
  /** The policy that must have judged; any if omitted. */
  policy?: Digest
  /** Address of the source repository that the image must come from; any if omitted. */
  source?: string
}

/** What is attached to one digest. */
export interface Found {
  digest: Digest
  platform: Platform | undefined
  /** An index has no SBOM, scan or tests of its own: its images have. */
  index: boolean
  signature: { wanted: boolean; fault: string | undefined }
  /** For an index: digests of the verdicts that hold for its images. */
  verdictsBelow?: ReadonlySet<Digest>
  kinds: Readonly<
    Partial<Record<AttestationKind, { holding: readonly AttestedStatement[]; said: string; unverified: number }>>
  >
}

/** The checks of one digest, with the contents of its verdict and provenance if they hold. Pure: the registry has already been asked. */
export function checkImage(
  found: Found,
  expected: Expectation,
): { checks: VerificationCheck[]; verdict: AttestedVerdict | undefined; origin: AttestedOrigin | undefined } {
  const about = { digest: found.digest, ...(found.platform === undefined ? {} : { platform: found.platform }) }
  const checks: VerificationCheck[] = []
  if (found.signature.wanted) checks.push({ ...about, ...signatureCheck(found) })
  const accepted = new Map<AttestationKind, AttestedStatement>()
  for (const kind of kindsOf(found, expected)) {
    const { holding = [], said = '', unverified = 0 } = found.kinds[kind] ?? {}
    if (holding.length === 0) {
      checks.push({ ...about, ...missing(kind, said, unverified) })
      continue
    }
    const answers = newestFirst(kind, holding).map((entry) => ({ entry, fault: faultOf(kind, entry, found, expected) }))
    // Of several verdicts the newest counts; of other kinds, any one that meets the expectation.
    const chosen = kind === 'verdict' ? answers[0] : (answers.find(({ fault }) => fault === undefined) ?? answers[0])
    if (chosen === undefined) continue
    if (chosen.fault === undefined) accepted.set(kind, chosen.entry)
    checks.push({
      ...about,
      what: kind,
      status: chosen.fault === undefined ? 'holds' : 'other',
      wanted: wantedOf[kind],
      found:
        chosen.fault ?? `signed, about this digest${holding.length > 1 ? `; the newest of ${holding.length}` : ''}`,
      remedy:
        chosen.fault === undefined
          ? ''
          : 'Do not use this image where this is required; release it again, or correct the expectation.',
    })
  }
  const summary = VerificationSummary.safeParse(accepted.get('verdict')?.statement.predicate).data
  const inputs = summary === undefined ? [] : missingInputs(summary, found, kindsOf(found, expected))
  if (inputs.length > 0) {
    const index = checks.findIndex(({ what }) => what === 'verdict')
    checks[index] = {
      ...about,
      what: 'verdict',
      status: 'refused',
      wanted: 'the attestations that the verdict rests on, unchanged',
      found: `the verdict rests on ${inputs.join(', ')}, for which there is no signed attestation with this content`,
      remedy: 'Somebody removed or replaced an attestation. Do not use this image; release it again.',
    }
  }
  return {
    checks,
    verdict: summary === undefined || inputs.length > 0 ? undefined : attestedVerdict(summary),
    origin: originOf(accepted.get('provenance')),
  }
}

/** The kinds that one digest must carry. */
export function kindsOf({ index }: Pick<Found, 'index'>, { kinds }: Expectation): AttestationKind[] {
  return kinds.filter((kind) => !index || kind === 'provenance' || kind === 'verdict')
}

const wantedOf: Readonly<Record<AttestationKind, string>> = {
  provenance: 'SLSA provenance of a Loadline build',
  cyclonedx: 'a CycloneDX SBOM of this image',
  spdx: 'an SPDX SBOM of this image',
  vulnerabilities: 'a vulnerability report with its database',
  tests: 'structure test results without failures',
  verdict: 'a verification summary that says PASSED',
}

function signatureCheck({
  signature: { fault },
}: Found): Pick<VerificationCheck, 'what' | 'status' | 'wanted' | 'found' | 'remedy'> {
  const wanted = 'a signature of this digest by the expected signer'
  if (fault === undefined) return { what: 'signature', status: 'holds', wanted, found: 'it holds', remedy: '' }
  const none = /no (matching )?signatures|no valid bundles/i.test(fault)
  return {
    what: 'signature',
    status: none ? 'missing' : 'refused',
    wanted,
    found: fault,
    remedy: none
      ? 'Sign the image, or pass the key or identity of its actual signer.'
      : 'Do not use this image: the signature that it has is not from the expected signer.',
  }
}

function missing(
  kind: AttestationKind,
  said: string,
  unverified: number,
): Pick<VerificationCheck, 'what' | 'status' | 'wanted' | 'found' | 'remedy'> {
  const type = predicateTypes[kind]
  if (unverified > 0) {
    return {
      what: kind,
      status: 'refused',
      wanted: wantedOf[kind],
      found: `${unverified === 1 ? 'one' : unverified} of type ${type} ${unverified === 1 ? 'is' : 'are'} present, but without a valid signature of this digest by the expected signer (${said})`,
      remedy: "Do not use this image: the attestation was changed, belongs to another image, or is another signer's.",
    }
  }
  return {
    what: kind,
    status: 'missing',
    wanted: wantedOf[kind],
    found: `no attestation of type ${type}`,
    remedy:
      'Release the image with Loadline, which makes this attestation, or remove it from release.require in the policy.',
  }
}

/** Why a signed statement does not meet the expectation; undefined if it does. */
function faultOf(
  kind: AttestationKind,
  { statement: { predicate } }: AttestedStatement,
  found: Found,
  expected: Expectation,
): string | undefined {
  switch (kind) {
    case 'provenance': {
      const parsed = Provenance.safeParse(predicate)
      if (!parsed.success) return unreadable(parsed.error)
      const { builder } = parsed.data.runDetails
      if (builder.id !== builderId) return `the builder is ${builder.id}; expected ${builderId}`
      const { repository } = originOf({ statement: { predicate } }) ?? {}
      return expected.source === undefined || repository === expected.source
        ? undefined
        : `the source is ${repository ?? 'not named'}; expected ${expected.source}`
    }
    case 'cyclonedx': {
      const named = CycloneDx.safeParse(predicate)
      if (!named.success) return unreadable(named.error)
      return named.data.metadata.component.version === found.digest
        ? undefined
        : `it is the SBOM of ${named.data.metadata.component.version ?? 'an unnamed image'}`
    }
    case 'spdx': {
      const named = Spdx.safeParse(predicate)
      if (!named.success) return unreadable(named.error)
      return named.data.documentNamespace.endsWith(found.digest)
        ? undefined
        : `it is the SBOM of ${named.data.documentNamespace}`
    }
    case 'vulnerabilities': {
      const parsed = VulnerabilityReport.safeParse(predicate)
      return parsed.success ? undefined : unreadable(parsed.error)
    }
    case 'tests': {
      const parsed = TestResults.safeParse(predicate)
      if (!parsed.success) return unreadable(parsed.error)
      return parsed.data.result === 'FAILED' ? `failed: ${parsed.data.failedTests.join(', ')}` : undefined
    }
    case 'verdict': {
      const parsed = VerificationSummary.safeParse(predicate)
      if (!parsed.success) return unreadable(parsed.error)
      const { verificationResult, resourceUri, policy, loadline_verdict: verdict } = parsed.data
      if (verificationResult !== 'PASSED') return `it says ${verificationResult}`
      if (!resourceUri.includes(encodeURIComponent(found.digest))) return `it is about ${resourceUri}`
      const judged = verdict?.binding.images.map(({ digest }) => digest) ?? []
      if (!found.index && verdict !== undefined && !judged.includes(found.digest))
        return `its gate judged ${judged.join(', ')}`
      const by = policy.digest?.['sha256'] ?? 'none'
      return expected.policy === undefined || expected.policy === `sha256:${by}`
        ? undefined
        : `it was judged by the policy sha256:${by}; expected ${expected.policy}`
    }
  }
}

const CycloneDx = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ version: z.string().optional() }) }),
})
const Spdx = z.looseObject({ spdxVersion: z.string(), documentNamespace: z.string() })

function unreadable(error: z.ZodError): string {
  const issue = error.issues[0]
  return `its content is not valid for its type (${issue?.path.join('.') || 'the predicate'}: ${issue?.message ?? 'unknown'})`
}

function newestFirst(kind: AttestationKind, holding: readonly AttestedStatement[]): AttestedStatement[] {
  if (kind !== 'verdict') return [...holding]
  const time = ({ statement }: AttestedStatement) => String(statement.predicate['timeVerified'] ?? '')
  return holding.toSorted((left, right) => (time(left) < time(right) ? 1 : -1))
}

/**
 * Types of the attestations that a verdict names but that are missing, signed and with exactly that content. Kinds that
 * were not requested cannot be reported as missing.
 */
function missingInputs(
  { inputAttestations = [] }: VerificationSummary,
  { kinds, verdictsBelow }: Found,
  asked: readonly AttestationKind[],
): string[] {
  const there = new Map<string, ReadonlySet<string>>(
    asked.map((kind) => [predicateTypes[kind], new Set<string>(kinds[kind]?.holding.map(({ digest }) => digest))]),
  )
  // A verdict never rests on a verdict about itself: those that it names are about its index's images.
  if (verdictsBelow === undefined) there.delete(predicateTypes.verdict)
  else there.set(predicateTypes.verdict, verdictsBelow)
  return inputAttestations
    .filter(({ uri = '', digest }) => there.has(uri) && there.get(uri)?.has(`sha256:${digest?.['sha256']}`) !== true)
    .map(({ uri = 'an unnamed attestation' }) => uri)
}

function attestedVerdict(summary: VerificationSummary): AttestedVerdict {
  const verdict = summary.loadline_verdict
  return {
    verifier: `${summary.verifier.id}${summary.verifier.version?.['loadline'] === undefined ? '' : ` ${summary.verifier.version['loadline']}`}`,
    at: summary.timeVerified,
    policy: `sha256:${summary.policy.digest?.['sha256'] ?? ''}` as Digest,
    resource: summary.resourceUri,
    levels: summary.verifiedLevels,
    databases: verdict?.binding.databases ?? [],
    images: verdict?.binding.images ?? [],
    rules: verdict?.rules.length ?? 0,
  }
}

function originOf(
  entry: { statement: { predicate: Record<string, unknown> } } | undefined,
): AttestedOrigin | undefined {
  const { data } = Provenance.safeParse(entry?.statement.predicate)
  if (data === undefined) return undefined
  const source = data.buildDefinition.resolvedDependencies.find(({ name }) => name === 'source')
  const repository = source?.uri?.replace(/^git\+/, '').replace(/@[0-9a-f]{40,64}$/, '')
  const revision = source?.digest?.['gitCommit']
  const dirty = source?.annotations?.['dirty']
  const startedOn = data.runDetails.metadata?.startedOn
  return {
    builder: data.runDetails.builder.id,
    buildType: data.buildDefinition.buildType,
    ...(repository === undefined ? {} : { repository }),
    ...(revision === undefined ? {} : { revision }),
    ...(typeof dirty === 'boolean' ? { dirty } : {}),
    ...(startedOn === undefined ? {} : { startedOn }),
  }
}
