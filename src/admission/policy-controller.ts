import { stringify } from 'yaml'
import { DeliveryError } from '../model/errors.ts'
import { verifyingBy, type Identity } from '../tools/cosign/identity.ts'
import { onlySecondVersion, readAuthorities, type Authorities } from '../tools/cosign/trusted-root.ts'
import {
  certificateIdentity,
  demandsOf,
  imagePatterns,
  type Admission,
  type Condition,
  type Demand,
} from './demands.ts'

/** The release of sigstore's policy-controller with which this kind of policy was tested. */
export const policyControllerVersion = '0.14.0'

/**
 * A ClusterImagePolicy for sigstore's policy-controller, preceded by the TrustRoot that it names if private signing
 * services signed. Throws `USAGE` if the controller cannot verify what a release publishes: it accepts a key only in
 * the older format, and a certificate's attestations only as bundles.
 */
export function policyControllerPolicy(admission: Admission): string {
  const { identity, format, name } = admission
  if (identity.kind === 'key' && format !== 'legacy') {
    throw new DeliveryError(
      'USAGE',
      `policy-controller ${policyControllerVersion} cannot verify bundles signed with a key, but under this policy a release publishes bundles`,
      'Release with signing.format: legacy, or sign without a key; Kyverno verifies such bundles.',
    )
  }
  if (identity.kind === 'certificate' && format === 'legacy') {
    throw new DeliveryError(
      'USAGE',
      'a certificate in the older signature format needs an entry in a version 1 transparency log, for which Loadline writes no policy',
      'Release with signing.format: bundle.',
    )
  }
  if (
    identity.transparencyLog === 'required' &&
    identity.trustedRoot !== undefined &&
    onlySecondVersion(identity.trustedRoot)
  ) {
    throw new DeliveryError(
      'USAGE',
      `policy-controller ${policyControllerVersion} cannot read bundles with entries of a version 2 transparency log, which the trusted root names`,
      'Sign with services without that log (a timestamp authority proves the time), or use Kyverno.',
    )
  }
  const services =
    identity.kind === 'certificate' && identity.trustedRoot !== undefined
      ? readAuthorities(identity.trustedRoot)
      : undefined
  const policy = {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'loadline' } },
    spec: {
      mode: 'enforce',
      images: imagePatterns(admission.image).map((glob) => ({ glob })),
      ...(identity.kind === 'key'
        ? byKey(identity.publicKey, demandsOf(admission))
        : { authorities: [byCertificate(identity, services, name, demandsOf(admission))] }),
    },
  }
  return [...(services === undefined ? [] : [trustRoot(name, services)]), policy]
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')
}

/**
 * One matching authority satisfies this controller, so the signature and the attestations are two authorities, and a
 * policy over both requires both.
 */
function byKey(publicKey: string, demands: readonly Demand[]): Record<string, unknown> {
  const key = { data: publicKey, hashAlgorithm: 'sha256' }
  return {
    authorities: [
      { name: 'signature', key },
      { name: 'attestations', key, attestations: demands.map(attestation) },
    ],
    policy: {
      type: 'rego',
      data: rego([
        'count(input.authorityMatches.signature.signatures) > 0',
        'count(input.authorityMatches.attestations.attestations) > 0',
      ]),
    },
  }
}

function byCertificate(
  identity: Extract<Identity, { kind: 'certificate' }>,
  services: Authorities | undefined,
  name: string,
  demands: readonly Demand[],
): Record<string, unknown> {
  const root = services === undefined ? {} : { trustRootRef: name }
  return {
    name: 'loadline',
    signatureFormat: 'bundle',
    keyless: {
      url: services?.certificates[0]?.uri ?? 'https://fulcio.sigstore.dev',
      identities: [certificateIdentity(identity)],
      ...root,
      ...(verifyingBy(identity, 'bundle', '').certificateLog ? {} : { insecureIgnoreSCT: true }),
    },
    // If a timestamp proves the time, this controller asks for no log entry; a version 2 log does not prove the time itself.
    ...(services === undefined
      ? {}
      : { ctlog: root, ...(services.timestamps.length === 0 ? {} : { rfc3161timestamp: root }) }),
    attestations: demands.map(attestation),
  }
}

function attestation({ kind, predicateType, conditions }: Demand): Record<string, unknown> {
  return {
    name: kind,
    predicateType,
    ...(conditions.length === 0 ? {} : { policy: { type: 'rego', data: rego(conditions.map(holds)) } }),
  }
}

/** A module as the controller expects it, in Rego before version 1. What is undefined does not hold. */
function rego(lines: readonly string[]): string {
  return `package sigstore\n\nisCompliant {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

function holds(condition: Condition): string {
  if ('list' in condition) {
    const list = at(condition.list)
    return `some entry; ${list}[entry].name == ${text(condition.named)}; startswith(${list}[entry].${condition.member}, ${text(condition.startsWith)})`
  }
  const value = at(condition.field)
  if ('equals' in condition) return `${value} == ${text(condition.equals)}`
  if ('differs' in condition) return `${value} != ${text(condition.differs)}`
  if ('startsWith' in condition) return `startswith(${value}, ${text(condition.startsWith)})`
  return `time.now_ns() - time.parse_rfc3339_ns(${value}) <= ${condition.within} * 1000000`
}

function at(field: readonly string[]): string {
  return ['input', 'predicate', ...field].join('.')
}

function text(value: string): string {
  return JSON.stringify(value)
}

/** The keys and certificates of the trusted root, in the controller's form. */
function trustRoot(name: string, services: Authorities): Record<string, unknown> {
  const authority = ({ uri, organization, commonName, chain }: Authorities['certificates'][number]) => ({
    subject: { organization, commonName },
    uri,
    certChain: base64(chain),
  })
  const log = ({ url, hashAlgorithm, publicKey }: Authorities['logs'][number]) => ({
    baseURL: url,
    hashAlgorithm,
    publicKey: base64(publicKey),
  })
  return {
    apiVersion: 'policy.sigstore.dev/v1alpha1',
    kind: 'TrustRoot',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'loadline' } },
    spec: {
      sigstoreKeys: {
        certificateAuthorities: services.certificates.map(authority),
        // Not used if a timestamp proves the time; and the controller cannot read a version 2 log's Ed25519 key.
        ...(services.timestamps.length > 0 ? {} : { tLogs: services.logs.map(log) }),
        ...(services.certificateLogs.length === 0 ? {} : { ctLogs: services.certificateLogs.map(log) }),
        ...(services.timestamps.length === 0 ? {} : { timestampAuthorities: services.timestamps.map(authority) }),
      },
    },
  }
}

function base64(pem: string): string {
  return Buffer.from(pem, 'utf8').toString('base64')
}
