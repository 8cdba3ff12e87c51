import { expectationOf, verifyImage } from '../../pipelines/verify.ts'
import { renderVerification } from '../../src/report/index.ts'
import { expectedSigner } from '../../src/stages/verify/expected-signer.ts'
import type { Identity } from '../../src/tools/cosign/identity.ts'
import { useColor } from '../show/color.ts'
import { findEngine } from '../run/engine.ts'
import { policyText, readInput } from '../run/policy-input.ts'
import { reachRegistry } from '../run/reach-registry.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { readGivenLock } from '../run/deliver-source.ts'

/** Whom the person expects to have signed, as the command line says it. */
export interface IdentityOptions {
  key?: string
  certificateIdentity?: string
  certificateOidcIssuer?: string
  trustedRoot?: string
}

/** The options of `loadline verify`. */
export interface VerifyOptions extends IdentityOptions {
  policy?: string
  organisation?: string
  source?: string
  registryConfig?: string
  registryCa?: string
  lock?: string
  engine?: string
  json: boolean
  quiet: boolean
}

/** `loadline verify REF`: verifies an image in a registry as a consumer, and prints its verdict. Exit code 0 where everything holds, 4 where something does not. */
export async function verify(reference: string, options: VerifyOptions): Promise<number> {
  const now = new Date()
  const identity = await readIdentity(options)
  const expected = expectationOf(
    {
      organisation: await policyText(options.organisation, 'organisation'),
      application: await policyText(options.policy, 'policy'),
    },
    options.source,
    now,
  )
  const engine = await findEngine({ say: (line) => void process.stderr.write(`${line}\n`), address: options.engine })
  const lock = await readGivenLock(options, '.', engine)
  const { verification } = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () =>
      verifyImage({ target: await reachRegistry(reference, options), identity, expected, lock, now }),
    ),
  )
  if (options.json || !options.quiet || verification.outcome !== 'verified')
    process.stdout.write(
      options.json
        ? `${JSON.stringify(verification, null, 2)}\n`
        : renderVerification(verification, { color: useColor(process.stdout) }),
    )
  return verification.outcome === 'verified' ? 0 : 4
}

/** Reads whom to expect from the files that the command line names. Throws `USAGE` and `CREDENTIAL`. */
export async function readIdentity({
  key,
  certificateIdentity: identity,
  certificateOidcIssuer: issuer,
  trustedRoot,
}: IdentityOptions): Promise<Identity> {
  return expectedSigner({
    publicKey: key === undefined ? undefined : await readInput(key, 'CREDENTIAL', 'public key'),
    identity,
    issuer,
    trustedRoot: trustedRoot === undefined ? undefined : await readInput(trustedRoot, 'CREDENTIAL', 'trusted root'),
  })
}
