import { randomUUID } from 'node:crypto'
import { shownArguments, type ReleaseFacts } from '../src/attestation/index.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { AppliedPolicy, Evidence } from '../src/model/index.ts'
import type { Policy } from '../src/policy/schema.ts'
import type { Request } from './request.ts'
import type { RunRecord } from './run-record.ts'

/** What a passed run knows about its release. Throws `ATTEST` if the record is not that of a complete run. */
export async function releaseFacts(
  { source, evidence, verdict, images = [] }: RunRecord,
  request: Request,
): Promise<{ policy: Policy; applied: AppliedPolicy; facts: ReleaseFacts }> {
  if (source === undefined || evidence === undefined || verdict === undefined)
    throw new DeliveryError(
      'ATTEST',
      'the record of the run has no source, evidence or verdict',
      'Report this as a bug in Loadline. Nothing was published.',
    )
  const { policy, applied, subject } = source
  const [first] = evidence.platforms
  const secrets = await Promise.all([...request.buildSecrets.values()].map((secret) => secret.plaintext()))
  return {
    policy,
    applied,
    facts: {
      evidence,
      sboms: images.flatMap(({ built, sbom }) =>
        sbom === undefined ? [] : [{ digest: built.archive.digest, ...sbom }],
      ),
      structureTests: source.structureTests?.text,
      build: {
        subject,
        platforms: source.platforms,
        arguments: shownArguments(policy.build.args, secrets),
        secretIds: [...request.buildSecrets.keys()],
        agent: request.ssh !== undefined,
        policy: applied.digest,
        bases: first?.evidence.base.status === 'collected' ? first.evidence.base.value.images : [],
        tools: verdict.binding.tools,
        mode: request.lock.mode,
        reproducible:
          source.epoch === undefined
            ? undefined
            : { epoch: source.epoch, verified: evidence.platforms.every(({ reproduction }) => isSame(reproduction)) },
        invocation: `urn:uuid:${randomUUID()}`,
        startedAt: request.now,
        finishedAt: new Date(),
      },
    },
  }
}

function isSame(reproduction: Evidence['platforms'][number]['reproduction']): boolean {
  return reproduction?.status === 'collected' && reproduction.value.first === reproduction.value.second
}
