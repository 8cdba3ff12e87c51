import type { Target } from '../src/engine/registry-access.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { checkBaseline, requireUse, type Baseline } from '../src/policy/baseline.ts'
import type { Source } from '../src/stages/source/source.ts'
import { expectedSigner } from '../src/stages/verify/expected-signer.ts'
import { newestVerdictStatement } from './newest-verdict.ts'
import type { Request } from './request.ts'
import { requireVerified, verifyImage } from './verify.ts'

/**
 * The source with the baseline that the call names as a release: its verdict, as attested by the signer whom the policy
 * names. Throws `USAGE` for two baselines and for a release of a different application, `POLICY` if the policy accepts
 * no baseline or names no signer, and `VERIFY` if the verdict does not hold.
 */
export async function withReleasedBaseline(source: Source, request: Request): Promise<Source> {
  const { baselineRelease: target } = request
  if (target === undefined) return source
  if (source.baseline !== undefined)
    throw new DeliveryError(
      'USAGE',
      'expected one baseline, found a verdict.json and a release',
      'Give --baseline or --baseline-release.',
    )
  return { ...source, baseline: await releasedBaseline(target, source, request) }
}

async function releasedBaseline(
  target: Target,
  { policy, subject }: Source,
  { lock, now }: Request,
): Promise<Baseline> {
  // Before the registry is asked.
  requireUse(policy)
  const { signer } = policy.baseline
  if (signer === undefined)
    throw new DeliveryError(
      'POLICY',
      `${target.reference} is given as the baseline, but the policy does not say who must have signed it (baseline.signer)`,
      'Set baseline.signer to the public key, or to the identity and its issuer.',
    )
  const { publicKey, identity, issuer, claims = [], trustedRoot } = signer
  const verified = await verifyImage({
    target,
    identity: expectedSigner({ publicKey, identity, issuer, claims, trustedRoot }),
    ...(policy.signing.format === 'legacy' ? { format: 'legacy' as const } : {}),
    expected: { kinds: ['verdict'] },
    lock,
    now,
  })
  requireVerified(verified, 'be the baseline')
  const { summary, statement } = newestVerdictStatement(verified, verified.image.digest)
  const { known, application, binding } = summary.loadline_verdict ?? {}
  if (known === undefined || binding === undefined)
    throw new DeliveryError(
      'VERIFY',
      `the verdict of ${target.reference} does not say what it makes known: an older Loadline attested it`,
      'Release the image again, or give the verdict.json of an earlier run with --baseline.',
    )
  if (application !== subject.name)
    throw new DeliveryError(
      'USAGE',
      `expected a baseline of ${subject.name}, found one of ${application ?? 'an unnamed application'} in ${target.reference}`,
      'Name an earlier release of this application; set image.name in the policy to give it the same name everywhere.',
    )
  const baseline = { digest: statement, judged: { at: summary.timeVerified, images: binding.images }, ...known }
  checkBaseline(policy, baseline, now)
  return baseline
}
