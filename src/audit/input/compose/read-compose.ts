import { isUnknown, showUnknown } from '../../../formats/unknown-value.ts'
import type { AuditTree } from '../../audit-tree.ts'
import { emptyContainer, type Container, type Fact, type PublishedPort } from '../../container.ts'
import { capability, fact, given, limitOf, said, textsOf, unmaskings } from '../facts.ts'
import { at, entriesOf, find, listOf, manifestError, textOf, truthOf, type Placed } from '../placed.ts'
import { readPort, readRange, readSecurityOption, refusesPrivileges } from '../written-forms.ts'
import { withOthers, withVolumeOptions } from '../of-others.ts'
import { ownText } from './interpolate.ts'
import { loadCompose, type ComposeModel } from './load-compose.ts'
import { asPairs } from './overlay.ts'
import { networksOf } from './networks.ts'
import { serviceMounts } from './service-mounts.ts'
import { buildsOf, type BuiltDockerfile } from './service-builds.ts'
import {
  buildArguments,
  devicesOf,
  environmentOf,
  healthCheckOf,
  hooksOf,
  labelsOf,
  logOptions,
  namespacesOf,
  restartOf,
  sideCommandsOf,
  volumeOptions,
  writtenTextsOf,
} from './service-parts.ts'

type Resources = ReadonlyMap<string, Placed>

/** What a compose project starts, and the Dockerfiles that its images are built from. */
export interface ComposeProject {
  containers: Container[]
  dockerfiles: BuiltDockerfile[]
  /** Services that are not containers, and a file that has none. */
  unjudged: Array<{ path: string; line: number; about: string; reason: string; isOfBuild?: true }>
}

/**
 * Reads a compose project: one file, or several merged ones. Every service counts, whatever its profile. Throws
 * `SOURCE` with file and line.
 */
export function readCompose(paths: readonly [string, ...string[]], files: AuditTree): ComposeProject {
  const model = loadCompose(paths, files)
  const resources = (key: string): Resources => new Map(entriesOf(at(model.tree, key)))
  const project = { volumes: resources('volumes'), networks: resources('networks'), configs: resources('configs') }
  const services = entriesOf(at(model.tree, 'services'))
  const awaited = servicesWaitedFor(services)
  const version = said('fileVersion', at(model.tree, 'version'), textOf)
  const read = (name: string, service: Placed) => ({
    ...containerOf(name, service, project, model),
    ...version,
  })
  const builds = services.map(([name, service]) => buildsOf(name, service, model))
  const started = services.filter(([, service]) => find(service, 'provider') === undefined)
  const containers = started.map(([name, service]) => ({
    ...read(name, service),
    endsByItself: awaited.has(name),
  }))
  return {
    containers: [
      ...withVolumeOptions(withOthers(containers, mountsFromOf(started)), volumeOptions(project.volumes)),
      ...entriesOf(at(model.tree, 'jobs')).map(([name, job]) => ({ ...read(name, job), endsByItself: true })),
      ...started.flatMap(([name, service]) =>
        listOf(at(service, 'pre_start')).map((hook, index) => ({
          ...read(`${name}/pre_start/${index}`, hook),
          endsByItself: true,
          leftTo: `the service ${name}`,
        })),
      ),
    ],
    dockerfiles: builds.flatMap(({ dockerfiles }) => dockerfiles),
    unjudged: [
      ...builds.flatMap(({ unjudged }) => unjudged),
      ...services
        .filter(([, service]) => find(service, 'provider') !== undefined)
        .map(([about, { path, line }]) => ({
          path,
          line,
          about,
          reason: 'it is made by a provider, not as a container',
        })),
      ...(services.length > 0
        ? []
        : [{ path: paths.at(-1) ?? '', line: 1, about: 'the file', reason: 'it has no services' }]),
    ],
  }
}

/** Services whose completion another one waits for. */
function servicesWaitedFor(services: ReadonlyArray<[string, Placed]>): Set<string> {
  return new Set(
    services.flatMap(([, service]) => {
      const needed = find(service, 'depends_on')
      if (!(needed?.value instanceof Map)) return []
      return [...needed.value].flatMap(([name, how]) =>
        find(how, 'condition')?.value === 'service_completed_successfully' ? [name] : [],
      )
    }),
  )
}

/** `volumes_from`: whose mounts a service takes, `service[:ro]` or `container:name[:ro]`. */
function mountsFromOf(services: ReadonlyArray<[string, Placed]>): Map<string, Fact<string>[]> {
  return new Map(
    services.map(([name, service]) => [
      name,
      textsOf(find(service, 'volumes_from')).map((named) => {
        const [, other = named.value] = /^(container:[^:]+|[^:]+)/.exec(named.value) ?? []
        return { ...named, value: other }
      }),
    ]),
  )
}

function containerOf(
  name: string,
  service: Placed,
  { volumes, networks, configs }: Record<'volumes' | 'networks' | 'configs', Resources>,
  model: ComposeModel,
): Container {
  const get = (...keys: string[]) => at(service, ...keys)
  const options = listOf(get('security_opt')).map((option) => ({
    place: option,
    ...readSecurityOption(textOf(option)),
  }))
  const option = (wanted: string) => {
    const found = options.findLast((entry) => entry.name === wanted)
    return found === undefined ? undefined : fact(found.place, found.value)
  }
  const noNew = option('no-new-privileges')
  const joined = networksOf(service, networks)
  return {
    ...emptyContainer({ platform: 'compose', name, path: service.path, line: service.line }),
    ...(get('image') === undefined && get('build') === undefined
      ? { leftTo: 'the file that this is merged over' }
      : {}),
    ...said('image', get('image'), textOf),
    ...said('user', get('user'), textOf),
    ...said('privileged', get('privileged'), truthOf),
    ...said('readOnly', get('read_only'), truthOf),
    ...(noNew === undefined ? {} : { noNewPrivileges: fact(noNew, refusesPrivileges(noNew.value)) }),
    ...given('seccomp', option('seccomp')),
    ...given('apparmor', option('apparmor')),
    ...limitsOf(service),
    ...said('cgroupParent', get('cgroup_parent'), textOf),
    ...given('restart', restartOf(service)),
    ...given('healthCheck', healthCheckOf(name, service)),
    ...said('apiSocket', get('use_api_socket'), truthOf),
    ...given('networks', joined.networks),
    escapes: [...escapesOf(service), ...unmaskings(options)],
    selinux: options.filter((entry) => entry.name === 'label').map((entry) => fact(entry.place, entry.value)),
    command: [get('entrypoint'), get('command')].flatMap(wordsOf),
    capAdd: listOf(get('cap_add')).map((item) => fact(item, capability(textOf(item)))),
    capDrop: listOf(get('cap_drop')).map((item) => fact(item, capability(textOf(item)))),
    namespaces: { ...namespacesOf(service), ...given('network', joined.shared) },
    ports: portsOf(service),
    exposed: listOf(get('expose')).map((item) => fact(item, textOf(item))),
    mounts: serviceMounts(service, volumes, model.directoryOf),
    devices: devicesOf(service),
    sysctls: [
      ...(((get('sysctls') && asPairs(get('sysctls') as Placed).value) as Map<string, Placed> | undefined) ?? []),
    ].map(([key, value]) => fact(value, key)),
    ulimits: entriesOf(get('ulimits')).map(([limit, value]) => fact(value, limit)),
    environment: [
      ...environmentOf(service, model),
      ...buildArguments(service),
      ...labelsOf(service),
      ...logOptions(service),
    ],
    hooks: hooksOf(service),
    sideCommands: sideCommandsOf(service),
    writtenTexts: writtenTextsOf(service, configs),
  }
}

function limitsOf(service: Placed): Pick<Container, 'memory' | 'cpu' | 'pids'> {
  const get = (key: string) => at(service, key)
  const limits = (key: string) => at(service, 'deploy', 'resources', 'limits', key)
  const limit = (placed: Placed) => limitOf(textOf(placed))
  return {
    ...said('memory', limits('memory') ?? get('mem_limit'), limit),
    ...said('cpu', get('cpuset'), textOf),
    ...said('cpu', limits('cpus') ?? get('cpus') ?? get('cpu_quota') ?? get('cpu_shares'), limit),
    ...said('pids', limits('pids') ?? get('pids_limit'), textOf),
  }
}

/** Settings other than `privileged` that give the container, or its build, the host's privileges. */
function escapesOf(service: Placed): Fact<string>[] {
  const build = find(service, 'build')
  const privileged = find(build, 'privileged')
  return [
    ...(privileged !== undefined && truthOf(privileged) !== false
      ? [
          fact(
            privileged,
            `its build is privileged${truthOf(privileged) === 'unknown' ? `: ${textOf(privileged)}` : ''}`,
          ),
        ]
      : []),
    ...textsOf(find(build, 'entitlements'))
      .filter(({ value }) => value === 'security.insecure' || isUnknown(value))
      .map((entry) => fact(entry, `its build may ask for ${entry.value}`)),
  ]
}

/** Ports, each once. A port set by a variable is unknown; an invalid one is refused. */
function portsOf(service: Placed): Fact<PublishedPort>[] {
  const ports = listOf(at(service, 'ports')).map((port) =>
    port.value instanceof Map ? longPort(port) : shortPort(port),
  )
  const key = ({ value: { hostIp, host, container, protocol } }: Fact<PublishedPort>) =>
    JSON.stringify([hostIp === '0.0.0.0' ? '' : hostIp, host, container, protocol])
  return [...new Map(ports.map((port) => [key(port), port])).values()]
}

function shortPort(port: Placed): Fact<PublishedPort> {
  const written = textOf(port)
  const read = readPort(written)
  if (read === undefined)
    throw manifestError(port, `expected a port as [ip:][host:]container, found ${JSON.stringify(showUnknown(written))}`)
  return fact(port, read)
}

function longPort(port: Placed): Fact<PublishedPort> {
  const text = (key: string) => {
    const found = at(port, key)
    return found === undefined ? '' : textOf(found)
  }
  const [host, target, hostIp] = [text('published'), text('target'), text('host_ip')]
  return fact(port, {
    hostIp,
    host: readRange(host),
    container: readRange(target),
    protocol: text('protocol').toLowerCase() || 'tcp',
    written: showUnknown(`${hostIp === '' ? '' : `${hostIp}:`}${host}:${target}`),
  })
}

function wordsOf(placed: Placed | undefined): Fact<string>[] {
  const words = placed === undefined ? [] : Array.isArray(placed.value) ? placed.value : [placed]
  return words.map((word) => fact(word, ownText(word)))
}
