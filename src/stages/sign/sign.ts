import type { Secret } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Lock, StoredSignature } from '../../model/index.ts'
import * as cosign from '../../tools/cosign/command.ts'
import type { Identity } from '../../tools/cosign/identity.ts'
import { readIdentityToken } from '../../tools/cosign/identity-token.ts'
import { lastWord, readSigningFailure } from '../../tools/cosign/output.ts'
import { attachBundles } from '../../engine/attach-bundles.ts'
import { runTool, type ToolRun } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import { fresh } from '../../engine/fresh.ts'
import { retry, ServiceAway, type Patience } from '../../engine/retry.ts'
import type { Published } from '../publish/publish.ts'
import { prepareSigning, privateKey, withKeyService, withPrivateKey, type SigningPlan } from './signer.ts'
import { beginStorage } from './signature-storage.ts'
import type { Beside } from '../verify/attestation-reader.ts'
import { verifies, type Signed } from '../verify/verify-signature.ts'

/** What a caller has already begun to ask; `sign` asks for the rest. */
export interface Begun {
  identity?: Promise<Identity>
  storage?: Promise<StoredSignature[]>
  /** What a consumer finds beside the image, which reads the plan's first format: that signature is not verified again. */
  before?: Promise<Pick<Beside, 'signatureFault'>>
}

/**
 * Signs the published digest in every format of the plan; an existing signature is kept, so that a second run does
 * nothing twice. Throws `SIGN`: a ServiceAway if services were unavailable for longer than the plan's patience.
 */
export async function sign(
  published: Published,
  plan: SigningPlan,
  lock: Lock,
  { identity: whom, storage = beginStorage(published, plan.formats, lock), before }: Begun = {},
  patience: Patience = { minutes: plan.patienceMinutes },
): Promise<Signed> {
  const identity = await (whom ?? expectedIdentity(plan, lock))
  const unsigned = await Promise.all(
    plan.formats.map(async (format, index) => {
      const isSigned =
        before !== undefined && index === 0
          ? (await before).signatureFault === undefined
          : await verifies(published, identity, format, lock)
      return isSigned ? [] : [format]
    }),
  )
  const missing = unsigned.flat()
  for (const format of missing) await retry(patience, () => signOnce(published, plan, format, lock))
  return { published, identity, stored: await storage, isNew: missing.length > 0 }
}

async function signOnce(
  { access, digest }: Published,
  plan: SigningPlan,
  format: cosign.SignatureFormat,
  lock: Lock,
): Promise<void> {
  const tool = await toolImage(lock, 'cosign')
  const { container, signing } = await prepareSigning(await access.connect(tool.container), plan, format)
  const run = await runTool(
    'cosign',
    fresh(container),
    cosign.sign({
      program: tool.program,
      reference: `${access.inside}@${digest}`,
      insecure: access.insecure,
      ...signing,
    }),
  )
  if (run.exitCode !== 0) throw signingError(`failed to sign ${access.repository}@${digest}`, run, plan)
  if (format === 'bundle') await attachBundles({ access, digest }, [run.stdout], 'SIGN', lock)
}

/**
 * The signer that a consumer will expect: the public half of the key, or the identity and issuer in the certificate.
 * Needs no registry. Throws `SIGN`.
 */
export async function expectedIdentity(plan: SigningPlan, lock: Lock): Promise<Identity> {
  const { signer, services } = plan
  const trust = {
    ...(signer.services === undefined ? {} : { trustedRoot: signer.services.trustedRoot }),
    transparencyLog:
      services.transparencyLog === 'none' || services.logs.length === 0 ? ('none' as const) : ('required' as const),
  }
  if (signer.kind !== 'keyless') return { kind: 'key', publicKey: await readPublicKey(plan, lock), ...trust }
  const { identity, issuer } = signer.expected ?? (await identityOfToken(await signer.identityToken()))
  return { kind: 'certificate', identity, issuer, ...trust }
}

async function identityOfToken(token: Secret): Promise<{ identity: string; issuer: string }> {
  const { identity, issuer } = readIdentityToken(await token.plaintext())
  if (identity === undefined) {
    throw new DeliveryError(
      'SIGN',
      `cannot tell which identity the certificate will name: no rule is known for tokens of ${issuer}`,
      'Pass --certificate-identity and --certificate-oidc-issuer, as consumers will. No tag was moved.',
    )
  }
  return { identity, issuer }
}

async function readPublicKey(plan: SigningPlan, lock: Lock): Promise<string> {
  const tool = await toolImage(lock, 'cosign')
  const { signer } = plan
  const container = tool.container.withEnvVariable('HOME', '/tmp')
  if (signer.kind === 'keyless') throw new Error('a keyless signer has no key')
  const ready =
    signer.kind === 'key' ? withPrivateKey(container, signer) : await withKeyService(container, signer.credentials)
  const run = await runTool(
    'cosign',
    fresh(ready),
    cosign.publicKey({ program: tool.program, key: signer.kind === 'key' ? privateKey : signer.reference }),
  )
  if (run.exitCode !== 0 || !run.stdout.includes('BEGIN PUBLIC KEY'))
    throw signingError('failed to read the signing key', run, plan)
  return run.stdout
}

/** What Cosign's failure means, and what to do about it; `attest` says the same. */
export function signingError(
  what: string,
  run: Pick<ToolRun, 'stderr'>,
  { signer, services }: SigningPlan,
): DeliveryError {
  const said = `${what}: ${lastWord(run.stderr)}`
  const after = 'No tag was moved; the next run continues from here.'
  switch (readSigningFailure(run.stderr)) {
    case 'away':
      return new ServiceAway(
        'SIGN',
        `a signing service is unavailable; ${said}`,
        `Check ${services.urls.join(', ')}. Nothing is released unsigned unless the policy says signing.unavailable: release-unsigned. ${after}`,
      )
    case 'token':
      return new DeliveryError(
        'SIGN',
        `the identity token was refused; ${said}`,
        `Use a token that has not expired, from an issuer that the certificate authority trusts, for the audience "sigstore". ${after}`,
      )
    case 'key':
      return new DeliveryError(
        'SIGN',
        said,
        `Use a private key written by "cosign generate-key-pair", with its password in COSIGN_PASSWORD. ${after}`,
      )
    case 'other':
      return new DeliveryError(
        'SIGN',
        said,
        signer.kind === 'key'
          ? `Check the key, and whether the registry accepts signatures. ${after}`
          : `Check the signer's access, and whether the registry accepts signatures. ${after}`,
      )
  }
}
