import { reverdict as judgeAgain } from '../../pipelines/reverdict.ts'
import { decidePolicy } from '../../src/policy/index.ts'
import { renderReverdict } from '../../src/report/index.ts'
import { useColor } from '../show/color.ts'
import { findEngine } from '../run/engine.ts'
import { policyText } from '../run/policy-input.ts'
import { reachRegistry } from '../run/reach-registry.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { givenDatabase, readGivenLock } from '../run/deliver-source.ts'
import { readIdentity, type IdentityOptions } from './verify.ts'

/** The options of `loadline reverdict`. */
export interface ReverdictOptions extends IdentityOptions {
  policy?: string
  organisation?: string
  vulnerabilityDatabase?: string
  registryConfig?: string
  registryCa?: string
  lock?: string
  engine?: string
  json: boolean
  quiet: boolean
}

/** `loadline reverdict REF`: judges a published image again from its attested SBOM, and says what changed. Exit codes as those of build-and-scan. */
export async function reverdict(reference: string, options: ReverdictOptions): Promise<number> {
  const now = new Date()
  const identity = await readIdentity(options)
  const { policy } = decidePolicy(
    {
      organisation: await policyText(options.organisation, 'organisation'),
      application: await policyText(options.policy, 'policy'),
    },
    now,
  )
  const engine = await findEngine({ say: (line) => void process.stderr.write(`${line}\n`), address: options.engine })
  const lock = await readGivenLock(options, '.', engine)
  const document = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () =>
      judgeAgain({
        target: await reachRegistry(reference, options),
        identity,
        policy,
        lock,
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
  return document.outcome === 'passed' ? 0 : document.outcome === 'rejected' ? 1 : 3
}
