import { posix } from 'node:path'
import { isUnknown } from '../../../formats/unknown-value.ts'
import type { AuditTree } from '../../audit-tree.ts'
import { find, type Placed } from '../placed.ts'
import { readDotenv } from './dotenv.ts'
import { defaultFiles, hasComposeName, isOverride } from './is-compose.ts'

/**
 * The files that form a project with this one, in merge order: an override file is merged over the default file of its directory,
 * and so is any other file whose services have neither an image nor a build, if the default file has them. `COMPOSE_FILE` in `.env` names the files instead.
 */
export function composeFiles(path: string, documents: readonly Placed[], files: AuditTree): [string, ...string[]] {
  const directory = posix.dirname(path)
  const [first, ...others] = filesOfEnvironment(directory, files)
  if (first !== undefined && [first, ...others].includes(path)) return [first, ...others]
  if (!hasComposeName(path) || defaultFiles(directory).includes(path)) return [path]
  const base = defaultFiles(directory).find((file) => files.text(file) !== undefined)
  if (base === undefined) return [path]
  return isOverride(path) || isOverlay(documents, files.documents(base) ?? []) ? [base, path] : [path]
}

function isOverlay(above: readonly Placed[], below: readonly Placed[]): boolean {
  const own = new Set(below.flatMap(servicesOf).map(([name]) => name))
  return above
    .flatMap(servicesOf)
    .some(
      ([name, service]) =>
        own.has(name) && ['image', 'build', 'extends', 'provider'].every((key) => find(service, key) === undefined),
    )
}

function servicesOf(document: Placed): Array<[string, Placed]> {
  const services = find(document, 'services')
  return services?.value instanceof Map ? [...services.value] : []
}

/** The files that `.env` names; none if it names none. */
function filesOfEnvironment(directory: string, files: AuditTree): string[] {
  const environment = posix.join(directory, '.env')
  const entries = readDotenv(files.textIfAny(environment) ?? '', new Map())
  const valueOf = (wanted: string) => entries.findLast(({ name }) => name === wanted)?.value
  const written = valueOf('COMPOSE_FILE') ?? ''
  return written
    .split(valueOf('COMPOSE_PATH_SEPARATOR') || /[:;]/)
    .filter((name) => name !== '' && !isUnknown(name))
    .map((name) => posix.normalize(posix.join(directory, name)))
}
