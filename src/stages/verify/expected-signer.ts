import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'
import type { Identity } from '../../tools/cosign/identity.ts'
import { identityExpression, requireIdentityPattern } from '../../tools/cosign/identity-pattern.ts'
import { readWorkflowClaims } from '../../tools/cosign/workflow-claims.ts'

/** The user's description of the signer. Everything is text: a PEM key, a JSON trusted root. */
export interface SignerDescription {
  publicKey: string | undefined
  /** The whole identity, or a pattern of it: with stars for what differs from release to release. */
  identity: string | undefined
  /** NAME=VALUE of what else the certificate must say. */
  claims?: readonly string[]
  issuer: string | undefined
  trustedRoot: string | undefined
}

/**
 * The signer that a consumer expects: the owner of a public key, or an identity with its issuer. Throws `USAGE` if it is neither or both.
 */
export function expectedSigner(description: SignerDescription): Identity {
  const { publicKey, identity, issuer, trustedRoot } = description
  const claims = readWorkflowClaims(description.claims ?? [])
  const hasClaims = Object.keys(claims).length > 0
  const root = trustedRoot === undefined ? {} : { trustedRoot }
  if (publicKey !== undefined && identity === undefined && issuer === undefined && !hasClaims)
    return { kind: 'key', publicKey, transparencyLog: 'none', ...root }
  if (publicKey === undefined && identity !== undefined && issuer !== undefined) {
    const isPattern = identity.includes('*')
    if (isPattern) requireIdentityPattern(identity)
    return {
      kind: 'certificate',
      identity,
      issuer,
      ...(isPattern ? { isPattern } : {}),
      ...(hasClaims ? { claims } : {}),
      ...root,
      transparencyLog: trustedRoot !== undefined && !namesLog(trustedRoot) ? 'none' : 'required',
    }
  }
  throw new DeliveryError(
    'USAGE',
    'a signature says nothing without a signer to expect: name a public key, or an identity with its issuer, and claims with an identity only',
    'Pass --key cosign.pub, or --certificate-identity and --certificate-oidc-issuer.',
  )
}

const Logs = z.looseObject({ tlogs: z.array(z.unknown()).default([]) })

/** Without a log in the trusted root no entry can be required; a timestamp then proves the time of signing. */
function namesLog(trustedRoot: string): boolean {
  try {
    return readDocument(trustedRoot, Logs, (found) => new TypeError(found)).tlogs.length > 0
  } catch {
    return true
  }
}

/** Whether what somebody signs holds for a consumer who expects `expected`, as far as it can be said before: which claims a certificate will make, only its issuer knows. */
export function isExpected(somebody: Identity, expected: Identity): boolean {
  if (somebody.kind === 'key') return expected.kind === 'key' && keyOf(somebody) === keyOf(expected)
  if (expected.kind === 'key' || somebody.issuer !== expected.issuer) return false
  return expected.isPattern === true
    ? new RegExp(identityExpression(expected.identity)).test(somebody.identity)
    : somebody.identity === expected.identity
}

/** A key whatever its PEM looks like. */
function keyOf({ publicKey }: { publicKey: string }): string {
  return createPublicKey(publicKey).export({ type: 'spki', format: 'der' }).toString('base64')
}
