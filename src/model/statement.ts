import { z } from 'zod'

/** What an attestation is about, or rests on: https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md */
export const ResourceDescriptor = z.looseObject({
  name: z.string().optional(),
  uri: z.string().optional(),
  digest: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
})
export type ResourceDescriptor = z.infer<typeof ResourceDescriptor>

/** The kinds of attestations that a release carries. */
export const attestationKinds = ['provenance', 'cyclonedx', 'spdx', 'vulnerabilities', 'tests', 'verdict'] as const
export const AttestationKind = z.enum(attestationKinds)
export type AttestationKind = z.infer<typeof AttestationKind>

/** The standard predicate type of each kind. */
export const predicateTypes = {
  provenance: 'https://slsa.dev/provenance/v1',
  cyclonedx: 'https://cyclonedx.org/bom',
  spdx: 'https://spdx.dev/Document',
  vulnerabilities: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  tests: 'https://in-toto.io/attestation/test-result/v0.1',
  verdict: 'https://slsa.dev/verification_summary/v1',
} as const satisfies Record<AttestationKind, string>

/**
 * An in-toto statement: a predicate about subjects identified by digest
 * (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md). Cosign 3.1 still writes version 0.1, which
 * has the same fields.
 */
export const Statement = z.looseObject({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: z.array(z.looseObject({ name: z.string().optional(), digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string().min(1),
  predicate: z.record(z.string(), z.unknown()).default({}),
})
export type Statement = z.infer<typeof Statement>
