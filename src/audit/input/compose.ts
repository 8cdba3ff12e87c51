import { posix } from 'node:path'
import {
  emptyContainer,
  type Container,
  type Fact,
  type Mount,
  type PublishedPort,
  type SharedNamespace,
} from '../container.ts'
import { at, entriesOf, listOf, manifestError, readManifest, textOf, truthOf, type Placed } from './placed.ts'
import { readPort, readRange, readSecurityOption, readVolume } from './written-forms.ts'

/** Gives the text of a file of the tree; undefined where there is none. */
export type OpenFile = (path: string) => string | undefined

/** True for a document that is a compose file, or by the name of its file has to be one: other formats have an `include` of their own. */
export function isCompose(document: Placed | undefined, path: string): boolean {
  if (!(document?.value instanceof Map)) return false
  return (
    at(document, 'services')?.value instanceof Map || (at(document, 'include') !== undefined && hasComposeName(path))
  )
}

/** True for the names under which Compose looks for its files. */
export function hasComposeName(path: string): boolean {
  return /^(docker-)?compose([._-].*)?\.ya?ml$/i.test(posix.basename(path))
}

/** Files that `extends` and `include` of a compose file name, as paths of the tree. Throws `SOURCE` where one leads out of it. */
export function filesNamedBy(documents: readonly Placed[]): string[] {
  return documents.flatMap((document) => [
    ...entriesOf(at(document, 'services')).flatMap(([, service]) => extendedFile(service) ?? []),
    ...includesOf(document)
      .flat()
      .map((included) => fileBeside(included, 'include')),
  ])
}

/** The containers of a compose file and of those that it includes: `extends` and `include` are followed within the tree, and a variable has its default where the file gives one. Throws `SOURCE` with file and line. */
export function readCompose(text: string, path: string, open: OpenFile): Container[] {
  const reader = new ComposeReader(open)
  const [document, second] = readManifest(text, path)
  if (second !== undefined) throw manifestError(second, 'wanted one document, found a second one after "---"')
  const files = document === undefined ? [] : reader.withIncluded({ document, path }, [path])
  const services = files.flatMap((file) =>
    entriesOf(at(file.document, 'services')).map(([name, service]) => ({ name, service, path: file.path })),
  )
  if (services.length === 0) throw manifestError({ path, line: 1 }, 'wanted a compose file with "services", found none')
  const volumes = new Map(files.flatMap((file) => entriesOf(at(file.document, 'volumes'))))
  return services.map(({ name, service, path: from }) =>
    containerOf(name, interpolated(reader.extended(service, [`${from}#${name}`], from)), volumes),
  )
}

/** A compose file that was read. */
interface ComposeFile {
  document: Placed
  path: string
}

class ComposeReader {
  readonly #open: OpenFile
  readonly #documents = new Map<string, Placed | undefined>()

  constructor(open: OpenFile) {
    this.#open = open
  }

  /** A file and every one that it includes, and they include. `trail` is how it was come to. */
  withIncluded(file: ComposeFile, trail: readonly string[]): ComposeFile[] {
    const included = includesOf(file.document).map((names) => {
      const [first, ...over] = names.map((named) => {
        const path = fileBeside(named, 'include')
        if (trail.includes(path))
          throw manifestError(named, `the file includes itself: ${[...trail, path].join(' -> ')}`)
        return { path, document: this.#document(path, named, 'include') ?? { ...named, value: null } }
      }) as [ComposeFile, ...ComposeFile[]]
      return {
        path: first.path,
        document: over.reduce((below, above) => overlaid(below, above.document), first.document),
      }
    })
    return [file, ...included.flatMap((other) => this.withIncluded(other, [...trail, other.path]))]
  }

  /** A service with what it extends put below it. `trail` is how it was come to. */
  extended(service: Placed, trail: readonly string[], path: string): Placed {
    const named = at(service, 'extends')
    if (named === undefined) return service
    const name = typeof named.value === 'string' ? named.value : textOf(at(named, 'service') ?? named)
    const from = extendedFile(service) ?? path
    if (trail.includes(`${from}#${name}`))
      throw manifestError(named, `the service extends itself: ${[...trail, `${from}#${name}`].join(' -> ')}`)
    const base = at(this.#document(from, named, 'extends'), 'services', name)
    if (base === undefined)
      throw manifestError(named, `wanted the service ${JSON.stringify(name)} in ${from}, found none`)
    return overlaid(this.extended(base, [...trail, `${from}#${name}`], from), service)
  }

  #document(path: string, from: Placed, key: 'extends' | 'include'): Placed | undefined {
    if (!this.#documents.has(path)) {
      const text = this.#open(path)
      if (text === undefined) throw manifestError(from, `${key} names ${path}, which is not there`)
      this.#documents.set(path, readManifest(text, path)[0])
    }
    return this.#documents.get(path)
  }
}

/** The other file that a service extends, below the same tree. */
function extendedFile(service: Placed): string | undefined {
  const named = at(service, 'extends')
  const file = named?.value instanceof Map ? at(named, 'file') : undefined
  return file === undefined ? undefined : fileBeside(file, 'extends')
}

/** What `include` names: for each entry a file, and those that are laid over it. */
function includesOf(document: Placed): Placed[][] {
  return listOf(at(document, 'include')).map((entry) => {
    const named = entry.value instanceof Map ? at(entry, 'path') : entry
    const names = named === undefined ? [] : Array.isArray(named.value) ? named.value : [named]
    if (names.length === 0) throw manifestError(entry, 'wanted the path of a compose file below include, found none')
    return names
  })
}

/** A file that another one names, as a path of the tree that is audited. */
function fileBeside(named: Placed, key: 'extends' | 'include'): string {
  const written = textOf(interpolated(named))
  const printed = 'Audit what "docker compose config" prints.'
  if (written.includes('$'))
    throw manifestError(
      named,
      `${key} names ${written}, and nobody here knows the value of the variable: give it a default`,
      printed,
    )
  if (/^([a-z][a-z0-9+.-]+:|git@)/i.test(written))
    throw manifestError(
      named,
      `${key} names ${written}, which is not a file of the tree; the audit fetches nothing`,
      printed,
    )
  const path = posix.normalize(posix.join(posix.dirname(named.path), written))
  if (written.startsWith('/') || path.split('/')[0] === '..')
    throw manifestError(
      named,
      `${key} names ${written}, which lies outside of what is audited`,
      'Audit the directory that holds both files.',
    )
  return path
}

/** Compose's own rule: maps merge, lists are joined, everything else is replaced. */
function overlaid(below: Placed, above: Placed): Placed {
  if (below.value instanceof Map && above.value instanceof Map) {
    const merged = new Map(below.value)
    for (const [key, value] of above.value) {
      const under = merged.get(key)
      merged.set(key, under === undefined || key === 'command' || key === 'entrypoint' ? value : overlaid(under, value))
    }
    return { ...above, value: merged }
  }
  if (Array.isArray(below.value) && Array.isArray(above.value))
    return { ...above, value: [...below.value, ...above.value] }
  // One form as a list, the other as a map: `environment` may be either.
  if (Array.isArray(below.value) && above.value instanceof Map) return overlaid(asMap(below, below.value), above)
  if (below.value instanceof Map && Array.isArray(above.value)) return overlaid(below, asMap(above, above.value))
  return above
}

function asMap(placed: Placed, items: readonly Placed[]): Placed {
  const pairs = items.map((item): [string, Placed] => {
    const [name = '', ...rest] = textOf(item).split('=')
    return [name, { ...item, value: rest.join('=') }]
  })
  return { ...placed, value: new Map(pairs) }
}

/** Variables with a default have it; others stay as they are written, for nobody knows their value. */
function interpolated(placed: Placed): Placed {
  const { value } = placed
  if (typeof value === 'string')
    return value.includes('$')
      ? { ...placed, value: value.replaceAll(/\$\{[A-Za-z_]\w*:?-([^{}]*)\}/g, '$1').replaceAll('$$', '$') }
      : placed
  if (Array.isArray(value)) return { ...placed, value: value.map(interpolated) }
  if (value instanceof Map)
    return { ...placed, value: new Map([...value].map(([key, inner]) => [key, interpolated(inner)])) }
  return placed
}

function containerOf(name: string, service: Placed, volumes: ReadonlyMap<string, Placed>): Container {
  const get = (...keys: string[]) => at(service, ...keys)
  const limits = (key: string) => get('deploy', 'resources', 'limits', key)
  const options = listOf(get('security_opt')).map((option) => ({
    place: option,
    ...readSecurityOption(textOf(option)),
  }))
  const option = (wanted: string) => {
    const found = options.findLast((entry) => entry.name === wanted)
    return found === undefined ? undefined : fact(found.place, found.value)
  }
  const noNew = option('no-new-privileges')
  return {
    ...emptyContainer({ platform: 'compose', name, path: service.path, line: service.line }),
    ...said('image', get('image'), textOf),
    ...said('user', get('user'), textOf),
    ...said('privileged', get('privileged'), truthOf),
    ...said('readOnly', get('read_only'), truthOf),
    ...(noNew === undefined ? {} : { noNewPrivileges: fact(noNew, noNew.value !== 'false') }),
    ...given('seccomp', option('seccomp')),
    ...given('apparmor', option('apparmor')),
    ...given('selinux', option('label')),
    ...said('memory', limits('memory') ?? get('mem_limit'), limitOf),
    ...said('cpu', limits('cpus') ?? get('cpus') ?? get('cpu_quota') ?? get('cpu_shares') ?? get('cpuset'), limitOf),
    ...said('pids', limits('pids') ?? get('pids_limit'), textOf),
    ...said('cgroupParent', get('cgroup_parent'), textOf),
    ...given('restart', restartOf(service)),
    ...given('healthCheck', healthCheckOf(service)),
    ...(get('networks') === undefined ? {} : { networks: fact(service, namesOf(get('networks'))) }),
    command: [...words(get('entrypoint')), ...words(get('command'))],
    capAdd: listOf(get('cap_add')).map((item) => fact(item, capability(textOf(item)))),
    capDrop: listOf(get('cap_drop')).map((item) => fact(item, capability(textOf(item)))),
    namespaces: namespacesOf(service),
    ports: listOf(get('ports')).map(portOf),
    exposed: listOf(get('expose')).map((item) => fact(item, textOf(item))),
    mounts: [
      ...byTarget(listOf(get('volumes')).map((item) => mountOf(item, volumes))),
      ...words(get('tmpfs')).map((target) => fact(target, tmpfs(target.value))),
    ],
    devices: listOf(get('devices')).map((item) =>
      fact(item, typeof item.value === 'string' ? item.value : textOf(at(item, 'source') ?? item)),
    ),
    ulimits: entriesOf(get('ulimits')).map(([limit, value]) => fact(value, limit)),
    environment: environmentOf(get('environment')),
  }
}

function namespacesOf(service: Placed): Container['namespaces'] {
  const keys: Record<SharedNamespace, string> = {
    network: 'network_mode',
    pid: 'pid',
    ipc: 'ipc',
    uts: 'uts',
    user: 'userns_mode',
    cgroup: 'cgroup',
  }
  return Object.fromEntries(
    Object.entries(keys)
      .flatMap(([namespace, key]) =>
        at(service, key) === undefined ? [] : [[namespace, said('value', at(service, key), textOf)]],
      )
      .map(([namespace, entry]) => [namespace, (entry as { value: Fact<string> }).value]),
  )
}

function portOf(port: Placed): Fact<PublishedPort> {
  if (!(port.value instanceof Map)) {
    const read = readPort(textOf(port))
    if (read === undefined)
      throw manifestError(
        port,
        `wanted a port as [ip:][host:]container, found ${JSON.stringify(textOf(port))}${textOf(port).includes('$') ? ': give the variable a default' : ''}`,
      )
    return fact(port, read)
  }
  const [target, published, hostIp] = ['target', 'published', 'host_ip'].map((key) => at(port, key))
  const host = published === undefined ? '' : textOf(published)
  return fact(port, {
    hostIp: hostIp === undefined ? '' : textOf(hostIp),
    host: readRange(host),
    container: target === undefined ? undefined : readRange(textOf(target)),
    written: `${host}:${target === undefined ? '' : textOf(target)}`,
  })
}

function mountOf(item: Placed, volumes: ReadonlyMap<string, Placed>): Fact<Mount> {
  const mount = item.value instanceof Map ? longMount(item) : readVolume(textOf(item))
  // A named volume can be a bind mount in disguise.
  const device = at(volumes.get(mount.source), 'driver_opts', 'device')
  const bound =
    mount.kind === 'volume' &&
    device !== undefined &&
    /\bbind\b/.test(textOf(at(volumes.get(mount.source), 'driver_opts', 'o') ?? device))
  return fact(bound ? device : item, bound ? { ...mount, kind: 'bind', source: textOf(device) } : mount)
}

function longMount(item: Placed): Mount {
  const text = (...keys: string[]) => {
    const found = at(item, ...keys)
    return found === undefined ? '' : textOf(found)
  }
  const type = text('type')
  const readOnly = at(item, 'read_only')
  return {
    kind: type === 'bind' || type === 'npipe' ? 'bind' : type === 'tmpfs' ? 'tmpfs' : 'volume',
    source: text('source'),
    target: text('target'),
    readOnly: readOnly !== undefined && truthOf(readOnly),
    propagation: text('bind', 'propagation'),
  }
}

/** A later mount on the same target replaces an earlier one, as where a service extends another. */
function byTarget(mounts: readonly Fact<Mount>[]): Fact<Mount>[] {
  return [...new Map(mounts.map((mount) => [mount.value.target, mount])).values()]
}

function tmpfs(written: string): Mount {
  return { kind: 'tmpfs', source: '', target: written.split(':')[0] ?? '', readOnly: false, propagation: '' }
}

function healthCheckOf(service: Placed): Fact<'set' | 'disabled'> | undefined {
  const check = at(service, 'healthcheck')
  if (check === undefined) return undefined
  const disable = at(check, 'disable')
  const test = at(check, 'test')
  const none =
    test !== undefined &&
    (Array.isArray(test.value) ? textOf(test.value[0] ?? test) === 'NONE' : textOf(test) === 'NONE')
  return fact(check, none || (disable !== undefined && truthOf(disable)) ? 'disabled' : 'set')
}

function restartOf(service: Placed): Fact<string> | undefined {
  const policy = at(service, 'deploy', 'restart_policy')
  if (policy === undefined) return said('value', at(service, 'restart'), textOf).value
  const condition = at(policy, 'condition')
  const attempts = at(policy, 'max_attempts')
  const word = condition === undefined ? 'any' : textOf(condition)
  return fact(
    policy,
    word === 'none'
      ? 'no'
      : word === 'on-failure'
        ? `on-failure${attempts === undefined ? '' : `:${textOf(attempts)}`}`
        : 'always',
  )
}

function environmentOf(environment: Placed | undefined): Container['environment'] {
  if (Array.isArray(environment?.value))
    return entriesOf(asMap(environment, environment.value)).map(([name, value]) =>
      fact(value, { name, value: textOf(value) }),
    )
  return entriesOf(environment).map(([name, value]) => fact(value, { name, value: textOf(value) }))
}

function words(placed: Placed | undefined): Fact<string>[] {
  if (placed === undefined) return []
  return Array.isArray(placed.value)
    ? placed.value.map((item) => fact(item, textOf(item)))
    : [fact(placed, textOf(placed))]
}

function namesOf(placed: Placed | undefined): string[] {
  return placed?.value instanceof Map ? [...placed.value.keys()] : listOf(placed).map(textOf)
}

function limitOf(placed: Placed): string {
  const text = textOf(placed)
  return /^0+(\.0+)?[a-z]*$/i.test(text) ? '' : text
}

/** Without CAP_ and in capitals, as Docker takes them. */
export function capability(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, '')
}

function fact<T>({ path, line }: { path: string; line: number }, value: T): Fact<T> {
  return { value, path, line }
}

/** One property where it is said, none where it is not. */
export function said<K extends string, T>(
  key: K,
  placed: Placed | undefined,
  read: (placed: Placed) => T,
): { [key in K]?: Fact<T> } {
  return given(key, placed === undefined ? undefined : fact(placed, read(placed)))
}

function given<K extends string, T>(key: K, value: Fact<T> | undefined): { [key in K]?: Fact<T> } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: Fact<T> }
}
