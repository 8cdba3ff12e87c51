import { createHash } from 'node:crypto'
import { predicateTypes, type AttestationKind, type Digest } from '../model/index.ts'
import { canonicalJson } from '../model/canonical-json.ts'

/** A statement about a digest. */
export interface Claim {
  kind: AttestationKind
  predicate: Record<string, unknown>
}

type Fields = Record<string, unknown>

/**
 * What an attestation claims, regardless of when and in which run it was made: equal claims about one image need no second attestation.
 * SBOMs are compared by their components, because the scanner writes new identifiers into each.
 */
export function claimOf(kind: AttestationKind, predicate: Fields): Digest {
  return `sha256:${createHash('sha256')
    .update(canonicalJson([predicateTypes[kind], claims[kind](predicate)]))
    .digest('hex')}`
}

const claims: Readonly<Record<AttestationKind, (predicate: Fields) => unknown>> = {
  provenance: ({ buildDefinition, runDetails }) => [buildDefinition, fields(runDetails)['builder']],
  cyclonedx: ({ metadata, components }) => [
    pick(fields(metadata)['component'], ['name', 'version', 'purl']),
    list(components)
      .map((component) => canonicalJson(pick(component, ['type', 'name', 'version', 'purl', 'licenses'])))
      .toSorted(),
  ],
  spdx: ({ name, documentNamespace, packages }) => [
    name,
    documentNamespace,
    list(packages)
      .map((entry) => canonicalJson(pick(entry, ['name', 'versionInfo', 'licenseDeclared', 'primaryPackagePurpose'])))
      .toSorted(),
  ],
  vulnerabilities: ({ scanner }) => scanner,
  tests: (predicate) => predicate,
  // Neither the time nor the wording: the age of a database changes every day.
  verdict: ({ policy, resourceUri, verificationResult, verifiedLevels, loadline_verdict: verdict }) => [
    policy,
    resourceUri,
    verificationResult,
    verifiedLevels,
    { ...fields(fields(verdict)['binding']), at: '' },
    list(fields(verdict)['rules']).map((rule) => pick(rule, ['rule', 'status'])),
    // An older Loadline did not attest it, and a later run may need it.
    fields(verdict)['known'] !== undefined,
  ],
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function pick(value: unknown, names: readonly string[]): Fields {
  const all = fields(value)
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
}
