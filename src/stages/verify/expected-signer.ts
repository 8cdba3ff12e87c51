import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'
import type { Identity } from '../../tools/cosign/identity.ts'

/** What a person says about the signer. Everything is text: a PEM key, a JSON trusted root. */
export interface SignerDescription {
  publicKey: string | undefined
  identity: string | undefined
  issuer: string | undefined
  trustedRoot: string | undefined
}

/** Whom a consumer expects: the owner of a public key, or an identity with who vouches for it. Throws `USAGE` where it is neither or both. */
export function expectedSigner({ publicKey, identity, issuer, trustedRoot }: SignerDescription): Identity {
  const root = trustedRoot === undefined ? {} : { trustedRoot }
  if (publicKey !== undefined && identity === undefined && issuer === undefined)
    return { kind: 'key', publicKey, transparencyLog: 'none', ...root }
  if (publicKey === undefined && identity !== undefined && issuer !== undefined) {
    return {
      kind: 'certificate',
      identity,
      issuer,
      ...root,
      transparencyLog: trustedRoot !== undefined && !namesLog(trustedRoot) ? 'none' : 'required',
    }
  }
  throw new DeliveryError(
    'USAGE',
    'a signature says nothing without a signer to expect: name a public key, or an identity with its issuer',
    'Give --key cosign.pub, or --certificate-identity and --certificate-oidc-issuer.',
  )
}

const Logs = z.looseObject({ tlogs: z.array(z.unknown()).default([]) })

/** Without a log in the trusted root there is no entry to ask for; a timestamp proves the time of signing then. */
function namesLog(trustedRoot: string): boolean {
  try {
    return readDocument(trustedRoot, Logs, (found) => new TypeError(found)).tlogs.length > 0
  } catch {
    return true
  }
}
