import { z } from 'zod'
import {
  AttestedRule,
  Binding,
  MadeKnown,
  ResourceDescriptor,
  type AppliedPolicy,
  type Digest,
  type Reverdict,
  type RuleResult,
  type ToolIdentity,
  type Verdict,
} from '../model/index.ts'
import { version } from '../model/version.ts'

/** Who judged: the gate of Loadline, whoever ran it. */
export const verifierId = 'urn:loadline:gate'

/**
 * The verdict as a verification summary: https://slsa.dev/spec/v1.0/verification_summary. Our own field is named as its
 * parsing rules require.
 */
export const VerificationSummary = z.looseObject({
  verifier: z.looseObject({ id: z.string(), version: z.record(z.string(), z.string()).optional() }),
  timeVerified: z.iso.datetime(),
  resourceUri: z.string(),
  policy: ResourceDescriptor,
  inputAttestations: z.array(ResourceDescriptor).optional(),
  verificationResult: z.enum(['PASSED', 'FAILED']),
  verifiedLevels: z.array(z.string()),
  slsaVersion: z.string().optional(),
  loadline_verdict: z
    .strictObject({
      binding: Binding,
      rules: z.array(AttestedRule),
      /** The application's name, and what the verdict makes known to later ones; absent in verdicts of before it was attested. */
      application: z.string().optional(),
      known: MadeKnown.optional(),
    })
    .optional(),
})
export type VerificationSummary = z.infer<typeof VerificationSummary>

/** A statement that a verdict rests on, by the digest of its bytes. */
export interface InputAttestation {
  predicateType: string
  digest: Digest
}

/** The verdict about one image or index. `verdict` must have passed: no other is attested. */
export function verificationSummary(
  verdict: Verdict,
  about: {
    repository: string
    digest: Digest
    policy: AppliedPolicy
    inputs: readonly InputAttestation[]
    /** The application's name. */
    application: string
    known: MadeKnown
  },
): VerificationSummary {
  if (verdict.outcome !== 'passed') throw new TypeError(`expected a passed verdict to attest, found ${verdict.outcome}`)
  return {
    verifier: { id: verifierId, version: { loadline: version } },
    timeVerified: verdict.binding.at,
    resourceUri: resourceUri(about.repository, about.digest),
    policy: {
      uri:
        about.policy.origin === 'default'
          ? 'urn:loadline:policy:default'
          : `urn:loadline:policy:${about.policy.digest}`,
      digest: { sha256: about.policy.digest.slice('sha256:'.length) },
    },
    inputAttestations: descriptors(about.inputs),
    verificationResult: 'PASSED',
    // Provenance exists, which is all that level 1 requires: docs/provenance.md.
    verifiedLevels: ['SLSA_BUILD_LEVEL_1'],
    slsaVersion: '1.0',
    loadline_verdict: {
      binding: verdict.binding,
      rules: verdict.results.map(attestedRule),
      application: about.application,
      known: about.known,
    },
  }
}

/**
 * The verdict of a later day about the same image or index, after the earlier one that it renews: what was judged again, and what was carried over, with its date.
 * `again` must be passed, by the policy of the earlier verdict: what was taken over was judged by that one.
 */
export function renewedSummary(
  earlier: VerificationSummary,
  again: Pick<Reverdict, 'outcome' | 'policy' | 'databases' | 'judged' | 'takenOver' | 'judgedAt'>,
  about: { inputs: readonly InputAttestation[]; scanners: readonly ToolIdentity[] },
): VerificationSummary {
  const { loadline_verdict: before } = earlier
  if (again.outcome !== 'passed' || before === undefined || before.binding.policy !== again.policy)
    throw new TypeError(`a verdict that is ${again.outcome} by ${again.policy} renews nothing`)
  const others = before.binding.tools.filter(({ name }) => !about.scanners.some((scanner) => scanner.name === name))
  return {
    ...earlier,
    verifier: { id: verifierId, version: { loadline: version } },
    timeVerified: again.judgedAt,
    inputAttestations: descriptors(about.inputs),
    loadline_verdict: {
      // What was known then stays known since then: a renewal extends nothing.
      ...before,
      binding: {
        ...before.binding,
        databases: again.databases,
        tools: [...others, ...about.scanners],
        at: again.judgedAt,
      },
      rules: [...again.judged.map(attestedRule), ...again.takenOver],
    },
  }
}

function attestedRule({ rule, title, kind, status, wanted, found, remedy }: RuleResult): AttestedRule {
  return { rule, title, kind, status, wanted, found, remedy }
}

function descriptors(inputs: readonly InputAttestation[]): ResourceDescriptor[] {
  return inputs.map(({ predicateType, digest }) => ({
    uri: predicateType,
    digest: { sha256: digest.slice('sha256:'.length) },
  }))
}

/** Package URL of type `oci`: https://github.com/package-url/purl-spec */
function resourceUri(repository: string, digest: Digest): string {
  const name = repository.split('/').at(-1) ?? repository
  return `pkg:oci/${encodeURIComponent(name)}@${encodeURIComponent(digest)}?repository_url=${encodeURIComponent(repository)}`
}
