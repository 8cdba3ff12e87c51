import { digestOf, type PolicyLayer } from '../model/index.ts'
import { PolicyFile, type PolicyText, type ShippedPolicyName } from './file.ts'
import { buildOn, policyError, readPolicyFile, type ReadPolicyFile } from './load.ts'
import { isMergeable, valueAt } from './value-at.ts'
import { OrganisationFile } from './organisation.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import { reachOf } from './lock-reach.ts'
import { policyDigest } from './policy-digest.ts'
import type { Problem } from '../model/read-yaml.ts'
import type { Policy } from './schema.ts'
import { shippedPolicies } from './shipped.ts'

/** The files that make up a policy, besides the shipped one. */
export interface PolicyFiles {
  /** From outside the repository: the layer between the shipped policy and the application's file. */
  organisation?: PolicyText | undefined
  /** The application's own `loadline.yaml`, or the file given for it. */
  application?: PolicyText | undefined
}

/** A policy with every value resolved, and its layers. */
export interface DecidedPolicy {
  policy: Policy
  /** Its layers: each says what differs from the one before it. */
  layers: PolicyLayer[]
  locked: LockedKey[]
}

/** A key that an organisation locks, with its value in every application. */
export interface LockedKey {
  path: string
  /** The path as the organisation locks it; this one may be another way to the same setting. */
  lock: string
  value: unknown
  /** Where it is locked: `acme.yaml:4`. */
  by: string
}

/**
 * Resolves a policy: shipped policy, then the organisation's file, then the application's.
 * The application's file chooses the shipped policy, otherwise the organisation's, otherwise it is the default.
 * Throws a DeliveryError('POLICY') as `loadPolicy` does; also if the application's file changes what the organisation locks.
 */
export function decidePolicy({ organisation, application }: PolicyFiles, now: Date): DecidedPolicy {
  const theirs = organisation && readPolicyFile(OrganisationFile, organisation, now, shipped)
  const below = (name: ShippedPolicyName | undefined) =>
    theirs ? buildOn(shipped(name ?? theirs.data.extends), theirs.data) : shipped(name)
  const own = application && readPolicyFile(PolicyFile, application, now, below)

  const name = own?.data.extends ?? theirs?.data.extends ?? 'default'
  const policy = own ? buildOn(below(name), own.data) : below(name)
  const locked = organisation && theirs ? lockedKeys(organisation, theirs, below(undefined)) : []
  if (own && application) refuseChanges(application.path, own, policy, locked, theirs?.data.extends ?? 'default')
  return {
    policy,
    locked,
    layers: [
      { role: 'shipped', name, digest: policyDigest(shipped(name)) },
      ...(organisation
        ? [{ role: 'organisation' as const, name: organisation.path, digest: digestOf(organisation.text) }]
        : []),
      ...(application
        ? [{ role: 'application' as const, name: application.path, digest: digestOf(application.text) }]
        : []),
    ],
  }
}

/** One line for every locked key with a different value in a policy. */
export function changedLocks(locked: readonly LockedKey[], policy: Policy): string[] {
  return changesOf(locked, (keys) => (keys[0] === 'extends' ? undefined : { value: valueAt(policy, keys) })).map(
    ({ path, wanted, found, key }) =>
      `${path.join('.')} is locked at ${key.by} (${key.lock}): expected ${say(wanted)}; found ${say(found)}`,
  )
}

interface LockedChange extends Difference {
  key: LockedKey
}

/** Where a policy differs from what is locked, each place once; `valueOf` returns nothing for a key that is not compared. */
function changesOf(
  locked: readonly LockedKey[],
  valueOf: (keys: string[]) => { value: unknown } | undefined,
): LockedChange[] {
  const changes = locked.flatMap((key) => {
    const keys = key.path.split('.')
    const found = valueOf(keys)
    return found === undefined ? [] : differences(key.value, found.value, keys).map((change) => ({ ...change, key }))
  })
  const places = changes.map(({ path }) => path.join('.'))
  return changes.filter((_, index) => places.indexOf(places[index] ?? '') === index)
}

function shipped(name: ShippedPolicyName | undefined): Policy {
  return shippedPolicies[name ?? 'default']
}

/**
 * A lock fixes a value, not a text: every application has the value of the organisation's policy on top of the shipped
 * policy that it chose.
 */
function lockedKeys(
  organisation: PolicyText,
  { data, document }: ReadPolicyFile<OrganisationFile>,
  policy: Policy,
): LockedKey[] {
  const named = data.locked ?? []
  // A path listed twice locks once, at its first position.
  const locked = [...new Set(named)].flatMap((lock) =>
    reachOf(lock).map((path) => ({
      path,
      lock,
      value: path === 'extends' ? (data.extends ?? 'default') : valueAt(policy, path.split('.')),
      by: `${organisation.path}:${document.placeOf(['locked', named.indexOf(lock)]).line}`,
    })),
  )
  // A path locked by its own name is reported as such, not by another that reaches it.
  return [...locked.filter(({ path, lock }) => path === lock), ...locked.filter(({ path, lock }) => path !== lock)]
}

function refuseChanges(
  path: string,
  { data, document }: ReadPolicyFile<PolicyFile>,
  policy: Policy,
  locked: readonly LockedKey[],
  extended: ShippedPolicyName,
): void {
  const changes = changesOf(locked, (keys) =>
    keys[0] === 'extends' ? { value: data.extends ?? extended } : { value: valueAt(policy, keys) },
  )
  const problems = changes.map((change): Problem => {
    // A value that the file does not set changed with the shipped policy that it extends.
    const at = valueAt(document.value, change.path) === undefined ? ['extends'] : change.path
    return {
      ...document.placeOf(at),
      path: at,
      message: `locked by the organisation at ${change.key.by} (${change.key.lock}): expected ${at === change.path ? '' : `${change.path.join('.')} to be `}${say(change.wanted)}; found ${say(change.found)}; remove the key, or ask the owner of that file`,
    }
  })
  if (problems.length > 0) throw policyError(path, problems)
}

interface Difference {
  path: string[]
  wanted: unknown
  found: unknown
}

/** The paths at which two values differ, descending while both are maps. */
function differences(wanted: unknown, found: unknown, path: string[]): Difference[] {
  if (isMergeable(wanted) && isMergeable(found))
    return [...new Set([...Object.keys(wanted), ...Object.keys(found)])].flatMap((key) =>
      differences(wanted[key], found[key], [...path, key]),
    )
  return canonicalJson(wanted ?? null) === canonicalJson(found ?? null) ? [] : [{ path, wanted, found }]
}

function say(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = canonicalJson(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
