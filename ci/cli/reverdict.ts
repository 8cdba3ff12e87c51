import { DeliveryError } from '../../src/model/errors.ts'
import { exitCodeOfOutcome } from '../run/exit-code.ts'
import { reverdict as judgeAgain } from '../../pipelines/reverdict.ts'
import { decidePolicy } from '../../src/policy/index.ts'
import { renderReverdict } from '../../src/report/index.ts'
import type { Signer } from '../../src/stages/sign/signer.ts'
import { useColor } from '../show/color.ts'
import { findEngine } from '../run/choose-engine.ts'
import { givenSigner, type SignerOptions } from '../run/given-signer.ts'
import type { DatabaseOptions, EngineOptions } from '../run/build-and-scan-options.ts'
import { readIdentity, type IdentityOptions } from '../run/given-identity.ts'
import { policyFiles, type PolicyOptions } from '../run/files/given-file.ts'
import { readyPrograms } from '../run/ready-programs.ts'
import { readPinning } from '../run/pinning.ts'
import { reachRegistry, type RegistryOptions } from '../run/reach-registry.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { givenDatabase } from '../run/deliver-source.ts'
import type { PrintOptions } from '../show/progress-display.ts'
import { command } from './command.ts'
import { single } from './flag.ts'
import {
  databaseFlags,
  engineFlags,
  identityFlags,
  policyFlags,
  printFlags,
  referenceOperand,
  registryFlags,
  signerFlags,
} from './option-groups.ts'

/** The signer of the new verdict. Its key has a different name than in a release, because `key` is the public one here. */
type RenewalOptions = Pick<SignerOptions, 'keyPassword' | 'keyless' | 'identityToken' | 'signingConfig'> & {
  attestKey?: string
}

type ReverdictOptions = IdentityOptions &
  RenewalOptions &
  PolicyOptions &
  DatabaseOptions &
  RegistryOptions &
  EngineOptions &
  PrintOptions

/** `loadline reverdict REF`: judges a published image again from its attested SBOM, says what changed, and attests the new verdict if somebody is to sign it. Exit codes as those of build-and-scan. */
export const make = command<ReverdictOptions, [reference: string]>({
  operands: [referenceOperand],
  flags: {
    ...identityFlags,
    policy: single('file', 'policy file (default: the default policy)'),
    organisation: policyFlags.organisation,
    ...databaseFlags,
    attestKey: {
      ...signerFlags.key,
      description:
        'attest the new verdict, if it is passed, with the key that signed the release: a Cosign private key (env:NAME or file:PATH) or one in a key management service',
    },
    keyPassword: signerFlags.keyPassword,
    keyless: {
      ...signerFlags.keyless,
      description: 'attest it with the identity of this CI job, without a key (GitHub Actions)',
    },
    identityToken: {
      ...signerFlags.identityToken,
      description: 'attest it without a key, with this OpenID Connect token: env:NAME or file:PATH',
    },
    signingConfig: signerFlags.signingConfig,
    ...registryFlags,
    ...engineFlags,
    ...printFlags,
  },
  more: `Exit codes: 0 still passed; 1 the policy now says no; 3 could not decide; 4 an attestation that it rests on does not hold, or the new one could not be made.
Example:
  loadline reverdict registry.example.com/acme/shop:1.4.0 --key cosign.pub --policy loadline.yaml --attest-key env:COSIGN_KEY`,
  run: reverdict,
})

async function reverdict(options: ReverdictOptions, reference: string): Promise<number> {
  const now = new Date()
  const identity = await readIdentity(options)
  const { policy } = decidePolicy(await policyFiles(options), now)
  const pinning = await readPinning(options, undefined)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const engine = await findEngine({ say, address: options.engine, tools: options.tools })
  const lock = await pinning(engine)
  const document = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () =>
      judgeAgain({
        target: await reachRegistry(reference, options),
        identity,
        policy,
        lock: await readyPrograms(lock, say),
        now,
        ...(await renewalSigner(options)),
        ...(await givenDatabase(options.vulnerabilityDatabase)),
      }),
    ),
  )
  if (options.json || !options.quiet || document.outcome !== 'passed')
    process.stdout.write(
      options.json
        ? `${JSON.stringify(document, null, 2)}\n`
        : renderReverdict(document, { color: useColor(process.stdout) }),
    )
  return exitCodeOfOutcome(document.outcome)
}

/** The signer, if there is one. Throws `CREDENTIAL` if the job may not have a token: a verdict that was not renewed as requested must not go unnoticed. */
async function renewalSigner({
  key: _public,
  attestKey,
  trustedRoot,
  certificateIdentity: identity,
  certificateOidcIssuer: issuer,
  ...options
}: ReverdictOptions): Promise<{ signer?: Signer }> {
  const { keyless, identityToken, signingConfig } = options
  if (attestKey === undefined && keyless !== true && identityToken === undefined && signingConfig === undefined)
    return {}
  const isNamed = attestKey === undefined && identity !== undefined && issuer !== undefined && !identity.includes('*')
  const { signer, withheld } = await givenSigner({
    ...options,
    ...(attestKey === undefined ? {} : { key: attestKey }),
    ...(signingConfig === undefined || trustedRoot === undefined ? {} : { trustedRoot }),
    ...(isNamed ? { certificateIdentity: identity, certificateOidcIssuer: issuer } : {}),
  })
  if (signer !== undefined) return { signer }
  throw new DeliveryError(
    'CREDENTIAL',
    withheld ?? 'nobody is named who attests the new verdict',
    'Give --attest-key, --keyless or --identity-token where one can be had, or judge without attesting.',
  )
}
