import { DeliveryError } from '../../model/errors.ts'
import type { ExpectedCertificate, SignatureFormat, Verifying } from './command.ts'
import { offline, readTrustedRoot } from './services.ts'
import { describeClaims } from './workflow-claims.ts'

/** The signer that a consumer expects, and what proves it. Contains no secret. */
export type Identity = (
  | { kind: 'key'; /** PEM. */ publicKey: string }
  | ({ kind: 'certificate' } & ExpectedCertificate)
) & {
  /** Sigstore's trusted root, JSON. Without it a certificate is checked against the public instance; a key needs none. */
  trustedRoot?: string
  /** Whether an entry in the transparency log must be proved. */
  transparencyLog: 'required' | 'none'
}

/** An identity in a short phrase. */
export function describeIdentity(identity: Identity): string {
  return identity.kind === 'key' ? 'the given key' : describeCertificate(identity)
}

/** Whom a certificate must name, in one phrase. */
export function describeCertificate({ identity, isPattern = false, issuer, claims = {} }: ExpectedCertificate): string {
  const said = [`vouched for by ${issuer}`, ...describeClaims(claims)]
  return `${isPattern ? 'an identity of the pattern ' : ''}${identity}, ${said.join(', ')}`
}

/** What a consumer needs in addition to the image, by file name. */
export function consumerFiles(identity: Identity): Record<string, string> {
  return {
    ...(identity.kind === 'key' ? { 'cosign.pub': identity.publicKey } : {}),
    ...(identity.trustedRoot === undefined || identity.trustedRoot === offline.trustedRoot
      ? {}
      : { 'trusted-root.json': identity.trustedRoot }),
  }
}

/**
 * What must hold for an identity's signature, with the files of `consumerFiles` in a directory (its path with a
 * trailing slash, or nothing). The trusted root determines what can be required: a certificate log if it names one, and
 * a timestamp if no log proves the time. Throws `VERIFY` if it cannot prove what is required.
 */
export function verifyingBy(identity: Identity, format: SignatureFormat, directory: string): Verifying {
  const files = consumerFiles(identity)
  const root = identity.trustedRoot === undefined ? undefined : readTrustedRoot(identity.trustedRoot)
  const log = identity.transparencyLog === 'required'
  if (log && root?.log === false) {
    throw new DeliveryError(
      'VERIFY',
      'an entry in the transparency log is required, but the trusted root names no trusted log',
      'Use the trusted root of the instance that signed.',
    )
  }
  return {
    from: identity.kind === 'key' ? { key: `${directory}cosign.pub` } : expectedCertificate(identity),
    format,
    ...(files['trusted-root.json'] === undefined ? {} : { trustedRoot: `${directory}trusted-root.json` }),
    log,
    timestamp: identity.kind === 'certificate' && !log && (root?.timestamps ?? false),
    certificateLog: root?.certificateLog ?? true,
  }
}

function expectedCertificate({ identity, isPattern, issuer, claims }: ExpectedCertificate): ExpectedCertificate {
  return {
    identity,
    issuer,
    ...(isPattern === undefined ? {} : { isPattern }),
    ...(claims === undefined ? {} : { claims }),
  }
}
