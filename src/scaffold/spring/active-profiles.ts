import type { Holding } from '../settings/setting.ts'
import { relaxedName, valueByDefault } from './configured-value.ts'
import type { ConditionalProperty, Configuration } from './read-configuration.ts'

/** Whether all of these expressions of profiles hold in the container; undefined if they do not. */
export type ProfileRule = (profiles: readonly string[]) => Holding | undefined

/** Which profiles are active in the container: those that it is told. Else those that the files have as default, and those with the name of a deployment. */
export function profileRule(
  configurations: readonly Configuration[],
  told: readonly string[] | undefined,
): ProfileRule {
  const common = configurations.flatMap(({ properties }) => properties.filter(({ profiles }) => profiles.length === 0))
  const named = told === undefined ? deployedIn(configurations) : []
  const chief = named.filter((name) => !ofOneMachine.test(name))
  const byDefault = withOthers(told ?? defaultProfiles(common), common)
  const likely = withOthers([...byDefault, ...(chief.length > 0 ? chief : named)], common)
  const possible = withOthers([...likely, ...named], common)
  const holdings = [byDefault, likely, possible].map((active) => holdsWhere(active))
  return (profiles) => {
    const [isDefault, isLikely, isPossible] = holdings.map((holds) => profiles.every(holds))
    if (isLikely !== true) return isPossible === true ? 'possibly' : undefined
    return isDefault === true && isPossible === true ? 'surely' : 'likely'
  }
}

/** The names that people give to production; not what comes before it. */
function isProduction(profile: string): boolean {
  return /^(?:live|prd)$/i.test(profile) || (/prod/i.test(profile) && !/(?:non?|not|pre)[-_]?prod/i.test(profile))
}

/** The names of platforms. */
const platforms = /^(?:cloud|k8s|kubernetes|docker)$/i

/** Also the name of what runs beside its services on the machine of a developer: it counts where there is no other. */
const ofOneMachine = /^docker$/i

/** Names of profiles for whoever writes the application: as a default they are there to be replaced. */
const ofDevelopers =
  /^(?:default|dev|devel|develop|development|local|localhost|test|testing|it|ci)$|^(?:dev|local|test)[-_]|[-_](?:dev|local|test)$/i

function defaultProfiles(common: readonly ConditionalProperty[]): string[] {
  const stated = common.flatMap(({ name, value }) =>
    listName(name) === 'spring.profiles.active' ? profileNames(valueByDefault(value) ?? '') : [],
  )
  return stated.every((name) => ofDevelopers.test(name)) ? [] : stated
}

/** The names in a list of profiles, without what a build fills in. */
export function profileNames(list: string): string[] {
  return list.split(',').flatMap((name) => (/^\s*[\w.-]+\s*$/.test(name) ? [name.trim()] : []))
}

/** The name of a list by that of one of its elements. */
const listName = (name: string) => relaxedName(name.replace(/\[\d+\]$/, ''))

/** Profiles with those that are active beside them: each that is included, and the group of each. */
function withOthers(profiles: readonly string[], common: readonly ConditionalProperty[]): Set<string> {
  const included = common.flatMap(({ name, value }) =>
    listName(name) === 'spring.profiles.include' ? profileNames(value) : [],
  )
  const active = new Set([...profiles, ...included])
  const groups = new Map<string, string[]>()
  for (const { name, value } of common) {
    const group = groupOf(name)
    if (group === undefined) continue
    const others = groups.get(group) ?? []
    groups.set(group, others)
    for (const other of profileNames(value)) others.push(other)
  }
  // A set gives also what is added while it is read.
  for (const profile of active) for (const other of groups.get(profile) ?? []) active.add(other)
  return active
}

/** The profile whose group a property says. */
function groupOf(property: string): string | undefined {
  return /^spring\.profiles\.group\.([\w-]+)(?:\[\d+\])?$/i.exec(property)?.[1]
}

/** Every profile with the name of a deployment that files are for, or that stands in an expression or has a group. */
function deployedIn(configurations: readonly Configuration[]): string[] {
  const expressions = configurations.flatMap(({ properties, pieces }) => [
    ...pieces.flatMap(({ profiles }) => profiles),
    ...properties.flatMap(({ name }) => groupOf(name) ?? []),
  ])
  // What is there on every platform but one says nothing of that one.
  return [...new Set(expressions)]
    .flatMap((expression) => expression.split(/[\s&|,()"']+/))
    .flatMap((name) => (isProduction(name) || platforms.test(name) ? [name.replace(/^!/, '')] : []))
}

/** Whether expressions hold where some profiles are active: each is read once, as thousands of properties may have one. */
function holdsWhere(active: ReadonlySet<string>): (expression: string) => boolean {
  const known = new Map<string, boolean>()
  return (expression) => {
    const before = known.get(expression)
    if (before !== undefined) return before
    const met = isMet(expression, active)
    known.set(expression, met)
    return met
  }
}

/** Whether an expression of profiles is met: `prod & eu`, `!local`, `prod, staging`. */
function isMet(expression: string, active: ReadonlySet<string>): boolean {
  return expression.split(/[|,]/).some((all) =>
    all.split('&').every((one) => {
      const name = one.replaceAll(/[()\s"']/g, '')
      return name.startsWith('!') ? !active.has(name.slice(1)) : active.has(name)
    }),
  )
}
