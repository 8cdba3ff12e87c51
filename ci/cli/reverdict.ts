import { exitCodeOfOutcome } from '../../src/model/exit-code.ts'
import { reverdict as judgeAgain } from '../../pipelines/reverdict.ts'
import { decidePolicy } from '../../src/policy/index.ts'
import { renderReverdict } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { findEngine } from '../run/choose-engine.ts'
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
} from './option-groups.ts'

type ReverdictOptions = IdentityOptions &
  PolicyOptions &
  DatabaseOptions &
  RegistryOptions &
  EngineOptions &
  PrintOptions

/** `loadline reverdict REF`: judges a published image again from its attested SBOM, and says what changed. Exit codes as those of build-and-scan. */
export const make = command<ReverdictOptions, [reference: string]>({
  operands: [referenceOperand],
  flags: {
    ...identityFlags,
    policy: single('file', 'policy file (default: the default policy)'),
    organisation: policyFlags.organisation,
    ...databaseFlags,
    ...registryFlags,
    ...engineFlags,
    ...printFlags,
  },
  more: `Exit codes: 0 still passed; 1 the policy now says no; 3 could not decide; 4 an attestation that it rests on does not hold.
Example:
  loadline reverdict registry.example.com/acme/shop:1.4.0 --key cosign.pub --policy loadline.yaml`,
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
