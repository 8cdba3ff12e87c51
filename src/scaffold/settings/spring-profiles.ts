import { parseAllDocuments } from 'yaml'

/** Whether a file is that of a profile under which nothing is deployed: `application-local.yml`. What is only for tests and a developer's own machine says nothing of a deployment. */
export function isOfOtherProfile(path: string): boolean {
  const profile = /(?:^|\/)application-([\w-]+)\.(?:properties|ya?ml)$/.exec(path)?.[1]
  return profile !== undefined && !isDeployed(profile)
}

/** Configuration without the documents of such profiles, and without the properties that Quarkus has for one. Lines stay where they are. */
export function withoutOtherProfiles(path: string, text: string): string {
  if (!/profile|%/i.test(text)) return text
  const properties = path.endsWith('.properties')
  const parts = text.split(properties ? /^(?=[#!]---[ \t]*\r?$)/m : /^(?=---(?:\s|$))/m)
  const deployed = parts.map((part) => {
    const profiles = properties ? profilesOfLines(part) : profilesOfDocument(part)
    return profiles === undefined || isDeployedUnder(profiles) ? part : blank(part)
  })
  const own = properties
    ? /^[ \t]*%([\w.,-]{1,200}?)\.[^\n]*(?:\\\r?\n[^\n]*)*/gm
    : /^["']?%([\w.,-]{1,200})["']?:[^\n]*(?:\n(?:[ \t][^\n]*|(?=\n)))*/gm
  return deployed
    .join('')
    .replaceAll(own, (found: string, profiles: string) => (isDeployedUnder(profiles) ? found : blank(found)))
}

const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ')

/** The names that people give to production; not what comes before it. */
function isDeployed(profile: string): boolean {
  return /prod/i.test(profile) && !/(?:non?|not|pre)[-_]?prod/i.test(profile)
}

/** Whether an expression of profiles holds in production: `prod & eu`, `!local`, `prod, staging`. */
function isDeployedUnder(profiles: string): boolean {
  return profiles.split(/[|,]/).some((all) => all.split('&').every((one) => holds(one.replaceAll(/[()\s"']/g, ''))))
}

function holds(profile: string): boolean {
  return profile.startsWith('!') ? !isDeployed(profile.slice(1)) : isDeployed(profile)
}

/** The property that says for which profiles a document is, in the first and in the second form. */
const condition = /^spring\.(?:config\.activate\.on-?profile|profiles)(?:\.\d+|\[\d+\])?$/i

function profilesOfLines(text: string): string | undefined {
  const stated = [...text.matchAll(/^[ \t]*(spring\.[\w.[\]-]{1,100})[ \t]*[=:]([^\n]*)/gm)].flatMap(
    ([, name = '', value = '']) => (condition.test(name) ? [value] : []),
  )
  return stated.length === 0 ? undefined : stated.join(',')
}

function profilesOfDocument(text: string): string | undefined {
  if (!/profile/i.test(text)) return undefined
  try {
    const stated = parseAllDocuments(text, { uniqueKeys: false }).flatMap((document) =>
      entriesOf(document.toJS({ maxAliasCount: 100 }), ''),
    )
    return stated.length === 0 ? undefined : stated.join(',')
  } catch {
    return undefined
  }
}

/** No deeper than the property stands. */
function entriesOf(value: unknown, name: string): string[] {
  if (typeof value === 'object' && value !== null)
    return name.split('.').length > 5
      ? []
      : Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, name === '' ? key : `${name}.${key}`))
  return condition.test(name) ? [String(value)] : []
}
