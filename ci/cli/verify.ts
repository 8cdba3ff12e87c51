import { expectationOf, verifyImage } from '../../pipelines/verify.ts'
import { renderVerification } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { findEngine } from '../run/choose-engine.ts'
import type { EngineOptions } from '../run/build-and-scan-options.ts'
import { readIdentity, type IdentityOptions } from '../run/given-identity.ts'
import { policyFiles, type PolicyOptions } from '../run/files/given-file.ts'
import { foundPrograms } from '../run/ready-programs.ts'
import { readPinning } from '../run/pinning.ts'
import { reachRegistry, type RegistryOptions } from '../run/reach-registry.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import type { PrintOptions } from '../show/progress-display.ts'
import { command } from './command.ts'
import { single } from './flag.ts'
import {
  engineFlags,
  identityFlags,
  policyFlags,
  printFlags,
  referenceOperand,
  registryFlags,
} from './option-groups.ts'

interface VerifyOptions extends IdentityOptions, PolicyOptions, RegistryOptions, EngineOptions, PrintOptions {
  source?: string
}

/**
 * `loadline verify REF`: verifies an image in a registry as a consumer would, and prints its verdict. Exit code 0 if
 * everything holds, 4 if something does not.
 */
export const make = command<VerifyOptions, [reference: string]>({
  operands: [referenceOperand],
  flags: {
    ...identityFlags,
    policy: single(
      'file',
      'policy file: expect the attestations that it requires, and a verdict under it (default: every kind, any policy)',
    ),
    organisation: policyFlags.organisation,
    source: single('url', 'source repository that the image must come from'),
    ...registryFlags,
    ...engineFlags,
    ...printFlags,
  },
  more: `Exit codes: 0 everything holds; 4 something is missing or fails verification, as the table says.
Example:
  loadline verify registry.example.com/acme/shop:1.4.0 --key cosign.pub`,
  run: verify,
})

async function verify(options: VerifyOptions, reference: string): Promise<number> {
  const now = new Date()
  const identity = await readIdentity(options)
  const expected = expectationOf(await policyFiles(options), options.source, now)
  const pinning = await readPinning(options, undefined)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const engine = await findEngine({ say, address: options.engine, tools: options.tools })
  const lock = await pinning(engine)
  const { verification } = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () =>
      verifyImage({
        target: await reachRegistry(reference, options),
        identity,
        expected,
        lock: await foundPrograms(lock),
        now,
      }),
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
