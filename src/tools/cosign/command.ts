import { identityExpression } from './identity-pattern.ts'
import { claimArguments, type WorkflowClaims } from './workflow-claims.ts'

/**
 * Cosign's two signature formats: a Sigstore bundle attached to the image (as Cosign 3 writes it), or the older signature tag.
 */
const signatureFormats = ['bundle', 'legacy'] as const
export type SignatureFormat = (typeof signatureFormats)[number]

/** The signer in Cosign's terms: a key (`env://NAME`, or a key in a key management service), or the file with an OIDC token. */
export type SigningCredential = { key: string } | { identityToken: string }

/**
 * The signing services, by the paths of Sigstore's two documents. Without paths: those of the public instance, which
 * Cosign finds by itself.
 */
export interface SigningServices {
  signingConfig?: string
  trustedRoot?: string
  /** The same services as individual addresses: the older format does not support a signing configuration. Absent ones are not used. */
  urls: { fulcio?: string; rekor?: string; timestamps?: string }
}

/** How one signature or attestation is made. A bundle is printed, and not written to the registry. */
export interface Signing {
  by: SigningCredential
  services: SigningServices
  format: SignatureFormat
}

/** What the certificate of a signature must say. */
export interface ExpectedCertificate {
  identity: string
  /** Whether the identity is a pattern with stars (identity-pattern.ts), and not the whole name to the letter. */
  isPattern?: boolean
  issuer: string
  claims?: WorkflowClaims
}

/** The expected signer in Cosign's terms; paths are inside its container. */
export type ExpectedSigner = { key: string } | ExpectedCertificate

/** What must hold in addition to the signature itself. */
export interface Verifying {
  from: ExpectedSigner
  format: SignatureFormat
  /** Path of Sigstore's trusted root; without it that of the public instance, which a key without a transparency log does not need. */
  trustedRoot?: string
  /** Whether an entry in the transparency log must be proved. */
  log: boolean
  /** Whether the time of signing must be proved by a timestamp authority, because no log proves it. */
  timestamp: boolean
  /** Whether the certificate must prove that it is in a certificate transparency log. */
  certificateLog: boolean
}

/** An image in a registry, and the program that reads it. */
export interface Image {
  program: string
  /** Repository and digest. */
  reference: string
  /** Plain HTTP, for a registry on loopback. */
  insecure: boolean
}

/** Signs a digest. */
export function sign({ program, reference, insecure, ...signing }: Image & Signing): string[] {
  const printed = signing.format === 'bundle' ? ['--upload=false', ...toStandardOutput] : []
  return [program, 'sign', '--yes', ...signingArguments(signing), ...printed, ...http(insecure), reference]
}

const toStandardOutput = ['--bundle', '/dev/stdout']

/** Signs a statement about a digest; `type` is a predicate type's URI, or one of Cosign's short names. */
export function attest({
  program,
  reference,
  insecure,
  type,
  predicate,
  ...signing
}: Image & Signing & { type: string; predicate: string }): string[] {
  return [
    program,
    'attest',
    '--yes',
    '--type',
    type,
    '--predicate',
    predicate,
    ...signingArguments(signing),
    ...(signing.format === 'bundle' ? ['--no-upload', ...toStandardOutput] : []),
    ...http(insecure),
    reference,
  ]
}

/** Verifies the signatures of a digest, and prints the valid ones as JSON. */
export function verify({ program, reference, insecure, ...verifying }: Image & Verifying): string[] {
  return [program, 'verify', ...verifyingArguments(verifying), '--output', 'json', ...http(insecure), reference]
}

/** Verifies the signed statements of one type about a digest, and prints the valid ones as JSON, one per line. */
export function verifyAttestation({
  program,
  reference,
  insecure,
  type,
  ...verifying
}: Image & Verifying & { type: string }): string[] {
  return [
    program,
    'verify-attestation',
    '--type',
    type,
    ...verifyingArguments(verifying),
    '--output',
    'json',
    ...http(insecure),
    reference,
  ]
}

/** Prints every attestation of a digest, one per line, whoever made it, without verification. */
export function downloadAttestations({ program, reference, insecure }: Image): string[] {
  return [program, 'download', 'attestation', ...http(insecure), reference]
}

/** Prints the public half of a key. */
export function publicKey({ program, key }: { program: string; key: string }): string[] {
  return [program, 'public-key', '--key', key]
}

function signingArguments({ by, services, format }: Signing): string[] {
  const credential = 'key' in by ? ['--key', by.key] : ['--identity-token', by.identityToken]
  const trustedRoot = services.trustedRoot === undefined ? [] : ['--trusted-root', services.trustedRoot]
  if (format === 'bundle')
    return [
      ...credential,
      ...(services.signingConfig === undefined ? [] : ['--signing-config', services.signingConfig]),
      ...trustedRoot,
    ]
  const { fulcio, rekor, timestamps } = services.urls
  return [
    ...credential,
    '--new-bundle-format=false',
    '--use-signing-config=false',
    `--tlog-upload=${rekor !== undefined}`,
    ...(rekor === undefined ? [] : ['--rekor-url', rekor]),
    ...(fulcio === undefined ? [] : ['--fulcio-url', fulcio]),
    ...(timestamps === undefined ? [] : ['--timestamp-server-url', timestamps]),
    ...trustedRoot,
  ]
}

function verifyingArguments({ from, format, trustedRoot, log, timestamp, certificateLog }: Verifying): string[] {
  return [
    ...('key' in from ? ['--key', from.key] : certificateArguments(from)),
    ...(format === 'legacy' ? ['--new-bundle-format=false'] : []),
    ...(trustedRoot === undefined ? [] : ['--trusted-root', trustedRoot]),
    ...(log ? [] : ['--insecure-ignore-tlog=true']),
    ...(timestamp ? ['--use-signed-timestamps'] : []),
    ...(certificateLog || 'key' in from ? [] : ['--insecure-ignore-sct=true']),
  ]
}

function certificateArguments({ identity, isPattern = false, issuer, claims = {} }: ExpectedCertificate): string[] {
  return [
    ...(isPattern
      ? ['--certificate-identity-regexp', identityExpression(identity)]
      : ['--certificate-identity', identity]),
    '--certificate-oidc-issuer',
    issuer,
    ...claimArguments(claims),
  ]
}

function http(insecure: boolean): string[] {
  return insecure ? ['--allow-http-registry'] : []
}
