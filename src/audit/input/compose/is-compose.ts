import { posix } from 'node:path'
import { find, type Placed } from '../placed.ts'

/** True for the names under which Compose looks for its files, and for those by which people know them. */
export function hasComposeName(path: string): boolean {
  return /^(docker-)?compose([._-].*)?\.(ya?ml|json)$/i.test(posix.basename(path))
}

/** True for a file that Compose lays over the other one of its directory without being told. */
export function isOverride(path: string): boolean {
  return /^(docker-)?compose\.override\.ya?ml$/.test(posix.basename(path))
}

/** The files for which Compose looks in a directory, the first that is there. */
export function defaultFiles(directory: string): string[] {
  return ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].map((name) =>
    posix.join(directory, name),
  )
}

/** What a compose file may have at its top. Others that know services have other keys beside them. */
const topLevel = /^(name|version|services|jobs|networks|volumes|secrets|configs|models|include|x-.*)$/

/** What a service is made of, one of them at least. */
const makings = ['image', 'build', 'extends', 'provider']

/** True for documents that are a compose file by what they hold: `services`, or by the name of their file. */
export function isCompose(documents: readonly Placed[], path: string): boolean {
  const maps = documents.filter(({ value }) => value instanceof Map)
  if (maps.length === 0) return false
  if (hasComposeName(path))
    return maps.some(({ value }) => [...(value as Map<string, Placed>).keys()].some((key) => topLevel.test(key)))
  return (
    maps.every(({ value }) => [...(value as Map<string, Placed>).keys()].every((key) => topLevel.test(key))) &&
    maps.some(hasService)
  )
}

function hasService(document: Placed): boolean {
  const services = find(document, 'services')
  if (!(services?.value instanceof Map)) return false
  const all = [...services.value.values()]
  return all.some((service) => makings.some((key) => find(service, key) !== undefined))
}
