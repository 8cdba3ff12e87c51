import { expectedSigner } from '../../src/stages/verify/expected-signer.ts'
import type { Identity } from '../../src/tools/cosign/identity.ts'
import { readGiven } from './files/given-file.ts'

/** The signer that the user expects, as given on the command line. */
export interface IdentityOptions {
  key?: string
  certificateIdentity?: string
  certificateClaim?: readonly string[]
  certificateOidcIssuer?: string
  trustedRoot?: string
}

/** Reads the expected signer from the files that the command line names. Throws `USAGE` and `CREDENTIAL`. */
export async function readIdentity({
  key,
  certificateIdentity: identity,
  certificateClaim: claims = [],
  certificateOidcIssuer: issuer,
  trustedRoot,
}: IdentityOptions): Promise<Identity> {
  return expectedSigner({
    publicKey: key === undefined ? undefined : await readGiven({ path: key, what: 'public key', code: 'CREDENTIAL' }),
    identity,
    claims,
    issuer,
    trustedRoot:
      trustedRoot === undefined
        ? undefined
        : await readGiven({ path: trustedRoot, what: 'trusted root', code: 'CREDENTIAL' }),
  })
}
