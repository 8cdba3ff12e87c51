import { posix } from 'node:path'
import { emptyContainer, type Container, type Fact, type Mount, type PublishedPort, type SharedNamespace } from '../container.ts'
import { at, entriesOf, listOf, manifestError, readManifest, textOf, truthOf, type Placed } from './placed.ts'
import { readPort, readRange, readSecurityOption, readVolume } from './written-forms.ts'

/** Gives the text of a file of the tree; undefined where there is none. */
export type OpenFile = (path: string) => string | undefined

/** Files that `extends` of a file names, as paths of the tree. Throws `SOURCE` where one leads out of it. */
export function extendedFiles(text: string, path: string): string[] {
  return readManifest(text, path).flatMap((document) => entriesOf(at(document, 'services')).flatMap(([, service]) => fileOf(service)?.path ?? []))
}

/** The containers of a compose file: `extends` is followed within the tree, and a variable has its default where the file gives one. Throws `SOURCE` with file and line. */
export function readCompose(text: string, path: string, open: OpenFile): Container[] {
  const reader = new ComposeReader(open)
  const [document, second] = readManifest(text, path)
  if (second !== undefined) throw manifestError(second, 'wanted one document, found a second one after "---"')
  const services = entriesOf(at(document, 'services'))
  if (document === undefined || services.length === 0) throw manifestError({ path, line: 1 }, 'wanted a compose file with "services", found none')
  const volumes = new Map(entriesOf(at(document, 'volumes')))
  return services.map(([name, service]) => containerOf(name, interpolated(reader.extended(service, [`${path}#${name}`], path)), volumes))
}

class ComposeReader {
  readonly #open: OpenFile
  readonly #documents = new Map<string, Placed | undefined>()

  constructor(open: OpenFile) {
    this.#open = open
  }

  /** A service with what it extends put below it. `trail` is how it was come to. */
  extended(service: Placed, trail: readonly string[], path: string): Placed {
    const named = at(service, 'extends')
    if (named === undefined) return service
    const file = fileOf(service)
    const name = typeof named.value === 'string' ? named.value : textOf(at(named, 'service') ?? named)
    const from = file?.path ?? path
    if (trail.includes(`${from}#${name}`)) throw manifestError(named, `the service extends itself: ${[...trail, `${from}#${name}`].join(' -> ')}`)
    const base = at(this.#document(from, named), 'services', name)
    if (base === undefined) throw manifestError(named, `wanted the service ${JSON.stringify(name)} in ${from}, found none`)
    return overlaid(this.extended(base, [...trail, `${from}#${name}`], from), service)
  }

  #document(path: string, from: Placed): Placed | undefined {
    if (!this.#documents.has(path)) {
      const text = this.#open(path)
      if (text === undefined) throw manifestError(from, `extends names ${path}, which is not there`)
      this.#documents.set(path, readManifest(text, path)[0])
    }
    return this.#documents.get(path)
  }
}

/** The other file that a service extends, below the same tree. */
function fileOf(service: Placed): { path: string } | undefined {
  const named = at(service, 'extends')
  const file = named?.value instanceof Map ? at(named, 'file') : undefined
  if (file === undefined) return undefined
  const written = textOf(file)
  const path = posix.normalize(posix.join(posix.dirname(file.path), written))
  if (written.startsWith('/') || path.split('/')[0] === '..') throw manifestError(file, `extends names ${written}, which lies outside of what is audited`, 'Audit the directory that holds both files.')
  return { path }
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
  if (Array.isArray(below.value) && Array.isArray(above.value)) return { ...above, value: [...below.value, ...above.value] }
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
  if (typeof value === 'string') return value.includes('$') ? { ...placed, value: value.replaceAll(/\$\{[A-Za-z_]\w*:?-([^{}]*)\}/g, '$1').replaceAll('$$', '$') } : placed
  if (Array.isArray(value)) return { ...placed, value: value.map(interpolated) }
  if (value instanceof Map) return { ...placed, value: new Map([...value].map(([key, inner]) => [key, interpolated(inner)])) }
  return placed
}

function containerOf(name: string, service: Placed, volumes: ReadonlyMap<string, Placed>): Container {
  const get = (...keys: string[]) => at(service, ...keys)
  const limits = (key: string) => get('deploy', 'resources', 'limits', key)
  const options = listOf(get('security_opt')).map((option) => ({ place: option, ...readSecurityOption(textOf(option)) }))
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
    mounts: [...byTarget(listOf(get('volumes')).map((item) => mountOf(item, volumes))), ...words(get('tmpfs')).map((target) => fact(target, tmpfs(target.value)))],
    devices: listOf(get('devices')).map((item) => fact(item, typeof item.value === 'string' ? item.value : textOf(at(item, 'source') ?? item))),
    ulimits: entriesOf(get('ulimits')).map(([limit, value]) => fact(value, limit)),
    environment: environmentOf(get('environment')),
  }
}

function namespacesOf(service: Placed): Container['namespaces'] {
  const keys: Record<SharedNamespace, string> = { network: 'network_mode', pid: 'pid', ipc: 'ipc', uts: 'uts', user: 'userns_mode', cgroup: 'cgroup' }
  return Object.fromEntries(Object.entries(keys).flatMap(([namespace, key]) => (at(service, key) === undefined ? [] : [[namespace, said('value', at(service, key), textOf)]])).map(([namespace, entry]) => [namespace, (entry as { value: Fact<string> }).value]))
}

function portOf(port: Placed): Fact<PublishedPort> {
  if (!(port.value instanceof Map)) {
    const read = readPort(textOf(port))
    if (read === undefined) throw manifestError(port, `wanted a port as [ip:][host:]container, found ${JSON.stringify(textOf(port))}${textOf(port).includes('$') ? ': give the variable a default' : ''}`)
    return fact(port, read)
  }
  const [target, published, hostIp] = ['target', 'published', 'host_ip'].map((key) => at(port, key))
  const host = published === undefined ? '' : textOf(published)
  return fact(port, { hostIp: hostIp === undefined ? '' : textOf(hostIp), host: readRange(host), container: target === undefined ? undefined : readRange(textOf(target)), written: `${host}:${target === undefined ? '' : textOf(target)}` })
}

function mountOf(item: Placed, volumes: ReadonlyMap<string, Placed>): Fact<Mount> {
  const mount = item.value instanceof Map ? longMount(item) : readVolume(textOf(item))
  // A named volume can be a bind mount in disguise.
  const device = at(volumes.get(mount.source), 'driver_opts', 'device')
  const bound = mount.kind === 'volume' && device !== undefined && /\bbind\b/.test(textOf(at(volumes.get(mount.source), 'driver_opts', 'o') ?? device))
  return fact(bound ? device : item, bound ? { ...mount, kind: 'bind', source: textOf(device) } : mount)
}

function longMount(item: Placed): Mount {
  const text = (...keys: string[]) => {
    const found = at(item, ...keys)
    return found === undefined ? '' : textOf(found)
  }
  const type = text('type')
  const readOnly = at(item, 'read_only')
  return { kind: type === 'bind' || type === 'npipe' ? 'bind' : type === 'tmpfs' ? 'tmpfs' : 'volume', source: text('source'), target: text('target'), readOnly: readOnly !== undefined && truthOf(readOnly), propagation: text('bind', 'propagation') }
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
  const none = test !== undefined && (Array.isArray(test.value) ? textOf(test.value[0] ?? test) === 'NONE' : textOf(test) === 'NONE')
  return fact(check, none || (disable !== undefined && truthOf(disable)) ? 'disabled' : 'set')
}

function restartOf(service: Placed): Fact<string> | undefined {
  const policy = at(service, 'deploy', 'restart_policy')
  if (policy === undefined) return said('value', at(service, 'restart'), textOf).value
  const condition = at(policy, 'condition')
  const attempts = at(policy, 'max_attempts')
  const word = condition === undefined ? 'any' : textOf(condition)
  return fact(policy, word === 'none' ? 'no' : word === 'on-failure' ? `on-failure${attempts === undefined ? '' : `:${textOf(attempts)}`}` : 'always')
}

function environmentOf(environment: Placed | undefined): Container['environment'] {
  if (Array.isArray(environment?.value)) return entriesOf(asMap(environment, environment.value)).map(([name, value]) => fact(value, { name, value: textOf(value) }))
  return entriesOf(environment).map(([name, value]) => fact(value, { name, value: textOf(value) }))
}

function words(placed: Placed | undefined): Fact<string>[] {
  if (placed === undefined) return []
  return Array.isArray(placed.value) ? placed.value.map((item) => fact(item, textOf(item))) : [fact(placed, textOf(placed))]
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
export function said<K extends string, T>(key: K, placed: Placed | undefined, read: (placed: Placed) => T): { [key in K]?: Fact<T> } {
  return given(key, placed === undefined ? undefined : fact(placed, read(placed)))
}

function given<K extends string, T>(key: K, value: Fact<T> | undefined): { [key in K]?: Fact<T> } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: Fact<T> }
}
