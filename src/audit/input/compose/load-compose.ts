import { posix } from 'node:path'
import { isUnknown, showUnknown } from '../../../formats/unknown-value.ts'
import type { AuditTree } from '../../audit-tree.ts'
import { at, entriesOf, listOf, manifestError, textOf, type Placed } from '../placed.ts'
import { readDotenv, type DotenvEntry } from './dotenv.ts'
import { interpolated, type Variables } from './interpolate.ts'
import { overlaid, withoutResets } from './overlay.ts'

/** A compose project with everything merged into one tree. */
export interface ComposeModel {
  tree: Placed
  /** The directory to which a file's paths are relative. */
  directoryOf(path: string): string
  /** The entries of an environment file; none if it does not exist. */
  environmentFile(path: string): DotenvEntry[]
  /** The text of another file of the tree; undefined if it does not exist or may not be read. */
  textOf(path: string): string | undefined
}

/** Limits on a chain of services that extend each other and on their values, above what anybody writes. */
const mostExtended = 1_000
const mostValues = 250_000

/**
 * Loads the files of a compose project, each merged over those before it, as `docker compose -f ... -f ... config`
 * does: every document, `include`, `extends`, `!reset` and `!override`, variables from the `.env` file beside the
 * first. Throws `SOURCE` with file and line.
 */
export function loadCompose(paths: readonly [string, ...string[]], files: AuditTree): ComposeModel {
  const loader = new Loader(files)
  const directory = posix.dirname(paths[0])
  const known = loader.variables([posix.join(directory, '.env')], new Map())
  const tree = withoutResets(loader.load(paths, directory, known, []))
  return {
    tree,
    directoryOf: (path) => loader.directoryOf(path),
    environmentFile: (path) => loader.environmentFile(path, known),
    textOf: (path) => files.textIfAny(path),
  }
}

class Loader {
  readonly #files: AuditTree
  readonly #directories = new Map<string, string>()
  #values = 0

  constructor(files: AuditTree) {
    this.#files = files
  }

  directoryOf(path: string): string {
    return this.#directories.get(path) ?? posix.dirname(path)
  }

  environmentFile(path: string, known: Variables): DotenvEntry[] {
    const text = this.#files.textIfAny(path)
    return text === undefined ? [] : readDotenv(text, known)
  }

  /** Variables from environment files, which known variables override. */
  variables(paths: readonly string[], known: Variables): Variables {
    const read = paths.flatMap((path) =>
      this.environmentFile(path, known).map(({ name, value }) => [name, value] as const),
    )
    return new Map([...read.filter(([, value]) => !isUnknown(value)), ...known])
  }

  /** The files of one project. `trail` is the path of includes that led to them. */
  load(paths: readonly string[], directory: string, known: Variables, trail: readonly string[]): Placed {
    let tree: Placed = { path: paths[0] ?? '', line: 1, value: new Map() }
    for (const path of paths) {
      this.#directories.set(path, directory)
      for (const document of this.#read(path)) {
        const own = interpolated(document, known)
        const complete = this.#withExtended(
          this.#withIncluded(own, directory, known, [...trail, path]),
          directory,
          known,
        )
        tree = overlaid(tree, complete)
      }
    }
    return tree
  }

  /** Included files are merged below the document. */
  #withIncluded(document: Placed, directory: string, known: Variables, trail: readonly string[]): Placed {
    const own = without(document, 'include')
    return listOf(at(document, 'include')).reduce((above, entry) => {
      const named = entry.value instanceof Map ? at(entry, 'path') : entry
      const names = named === undefined ? [] : Array.isArray(named.value) ? named.value : [named]
      const paths = names.map((name) => fileOf(name, directory, 'include'))
      if (paths[0] === undefined)
        throw manifestError(entry, 'expected the path of a compose file below include, found none')
      const again = paths.find((path) => trail.includes(path))
      if (again !== undefined) throw manifestError(entry, `the file includes itself: ${[...trail, again].join(' -> ')}`)
      const project = entry.value instanceof Map ? at(entry, 'project_directory') : undefined
      const below = project === undefined ? posix.dirname(paths[0]) : fileOf(project, directory, 'include')
      const files = entry.value instanceof Map ? textList(at(entry, 'env_file')) : []
      const environment =
        files.length === 0 ? [posix.join(below, '.env')] : files.map((file) => posix.join(directory, file))
      paths.forEach((path, index) => this.#mustBeThere(path, names[index] ?? entry, 'include'))
      const included = this.load(paths, below, this.variables(environment, known), trail)
      return overlaid(onlyResources(withoutResets(included)), above)
    }, own)
  }

  /** Every service of a document with what it extends. */
  #withExtended(document: Placed, directory: string, known: Variables): Placed {
    if (!(document.value instanceof Map)) throw manifestError(document, 'expected a compose file, which is a map')
    const map = new Map(document.value)
    for (const key of ['services', 'jobs']) {
      const services = at(document, key)
      if (services === undefined) continue
      const resolve = this.#extender(services, directory, known)
      map.set(key, {
        ...services,
        value: new Map(entriesOf(services).map(([name, service]) => [name, resolve(name, service, [])])),
      })
    }
    return { ...document, value: map }
  }

  /** Resolves services of one file, each once. */
  #extender(services: Placed, directory: string, known: Variables) {
    const done = new Map<string, Placed>()
    const resolve = (name: string, service: Placed, trail: readonly string[]): Placed => {
      const ready = done.get(name)
      if (ready !== undefined) return ready
      const named = service.value instanceof Map ? at(service, 'extends') : undefined
      const whole =
        named === undefined ? service : this.#onBase(named, service, { services, directory, known, trail, resolve })
      this.#count(whole)
      done.set(name, whole)
      return whole
    }
    return resolve
  }

  #onBase(
    named: Placed,
    service: Placed,
    from: {
      services: Placed
      directory: string
      known: Variables
      trail: readonly string[]
      resolve: (name: string, service: Placed, trail: readonly string[]) => Placed
    },
  ): Placed {
    const name = named.value instanceof Map ? textOf(at(named, 'service') ?? named) : textOf(named)
    const file = named.value instanceof Map ? at(named, 'file') : undefined
    const path = file === undefined ? undefined : fileOf(file, from.directory, 'extends')
    const where = `${path ?? named.path}#${name}`
    if (from.trail.includes(where))
      throw manifestError(named, `the service extends itself: ${[...from.trail.slice(-5), where].join(' -> ')}`)
    if (from.trail.length >= mostExtended)
      throw manifestError(named, `expected at most ${mostExtended} services that extend each other, found more`)
    const trail = [...from.trail, where]
    const other = path === undefined ? undefined : this.#servicesOf(path, named, from.known)
    const base = at(other ?? from.services, name)
    if (base === undefined)
      throw manifestError(named, `expected the service ${JSON.stringify(name)} in ${path ?? named.path}, found none`)
    const resolve = other === undefined ? from.resolve : this.#extender(other, posix.dirname(path ?? ''), from.known)
    const below = withoutResets(resolve(name, base, trail))
    return without(overlaid(below, service, ['services', name]), 'extends')
  }

  #servicesOf(path: string, named: Placed, known: Variables): Placed | undefined {
    this.#mustBeThere(path, named, 'extends')
    this.#directories.set(path, posix.dirname(path))
    const documents = this.#read(path).map((document) => interpolated(document, known))
    const [first, ...rest] = documents
    return first === undefined
      ? undefined
      : at(
          rest.reduce((below, above) => overlaid(below, above), first),
          'services',
        )
  }

  #read(path: string): Placed[] {
    return this.#files.documents(path) ?? []
  }

  #mustBeThere(path: string, from: Placed, key: string): void {
    if (this.#files.text(path) === undefined) throw manifestError(from, `${key} names ${path}, which does not exist`)
  }

  #count(service: Placed): void {
    const lists = service.value instanceof Map ? [...service.value.values()] : []
    this.#values += lists.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 1), 1)
    if (this.#values > mostValues)
      throw manifestError(service, `expected at most ${mostValues} values once services are extended, found more`)
  }
}

/** What an included file contributes: neither its name nor its extensions. */
function onlyResources(tree: Placed): Placed {
  const keys = new Set(['services', 'jobs', 'volumes', 'networks', 'secrets', 'configs', 'models'])
  const map = tree.value instanceof Map ? tree.value : new Map<string, Placed>()
  return { ...tree, value: new Map([...map].filter(([key]) => keys.has(key))) }
}

function without(placed: Placed, key: string): Placed {
  if (!(placed.value instanceof Map) || !placed.value.has(key)) return placed
  return { ...placed, value: new Map([...placed.value].filter(([name]) => name !== key)) }
}

function textList(placed: Placed | undefined): string[] {
  if (placed === undefined) return []
  return Array.isArray(placed.value) ? placed.value.map(textOf) : [textOf(placed)]
}

/** A file that another one names, as a path in the audited tree. */
function fileOf(named: Placed, directory: string, key: 'extends' | 'include'): string {
  const written = textOf(named)
  const printed = 'Audit what "docker compose config" prints.'
  if (isUnknown(written))
    throw manifestError(
      named,
      `${key} names ${showUnknown(written)}, but the variable's value is unknown here: give it a default`,
      printed,
    )
  if (/^([a-z][a-z0-9+.-]+:|git@)/i.test(written))
    throw manifestError(
      named,
      `${key} names ${written}, which is not a file in the tree; the audit fetches nothing`,
      printed,
    )
  const path = posix.normalize(posix.join(directory, written))
  if (written.startsWith('/') || path.split('/')[0] === '..')
    throw manifestError(
      named,
      `${key} names ${written}, which is outside the audited paths`,
      'Audit a directory that contains both files.',
    )
  return path
}
