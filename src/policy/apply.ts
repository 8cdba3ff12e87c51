import { DeliveryError } from '../model/errors.ts'
import { Platform, type AppliedPolicy } from '../model/index.ts'
import { changedLocks, decidePolicy, type PolicyFiles } from './decide.ts'
import { policyDigest } from './policy-digest.ts'
import type { Policy } from './schema.ts'

/** A call's settings besides the policy files. */
export interface PolicyCall {
  /** Replaces the policy's platforms, if any are given. */
  platforms?: readonly string[] | undefined
  /** Replaces the policy's Dockerfile: a path inside the source. */
  dockerfile?: string | undefined
  /** Replaces the stage that the policy builds. */
  target?: string | undefined
  /** Added to the policy's build arguments. */
  buildArgs?: Readonly<Record<string, string>> | undefined
}

/**
 * The policy of one call, and its description in the run document.
 * Throws `POLICY` for its files, and `USAGE` for an invalid platform or a call that changes what the organisation locks.
 */
export function applyPolicy(
  files: PolicyFiles,
  { platforms = [], buildArgs, dockerfile, target }: PolicyCall,
  now: Date,
): { policy: Policy; applied: AppliedPolicy } {
  const decided = decidePolicy(files, now)
  const unknown = platforms.find((platform) => !Platform.safeParse(platform).success)
  if (unknown !== undefined)
    throw new DeliveryError(
      'USAGE',
      `"${unknown}" is not a platform`,
      'Write os/architecture, e.g. linux/amd64 or linux/arm64.',
    )

  const { build } = decided.policy
  const policy: Policy = {
    ...decided.policy,
    build: {
      ...build,
      ...(platforms.length === 0 ? {} : { platforms: [...platforms] }),
      args: { ...build.args, ...buildArgs },
      dockerfile: dockerfile ?? build.dockerfile,
      ...(target === undefined ? {} : { target }),
    },
  }
  const changed = changedLocks(decided.locked, policy)
  if (changed.length > 0)
    throw new DeliveryError(
      'USAGE',
      changed.join('\n'),
      "Remove the call's own Dockerfile, target, platforms and build arguments, or ask the owner of the organisation's file.",
    )

  const given = files.application ?? files.organisation
  return {
    policy,
    applied: {
      origin: files.application ? 'file' : files.organisation ? 'organisation' : 'default',
      digest: policyDigest(policy),
      layers: decided.layers,
      ...(given === undefined ? {} : { path: given.path }),
    },
  }
}
