import { readProgram } from '../../../formats/shell.ts'
import { isUnknown, unknownValue } from '../../../formats/unknown-value.ts'
import { emptyContainer, type Container, type Fact, type Truth } from '../../container.ts'
import { judgeHealthCheck } from '../../judge-health-check.ts'
import { capability, fact, given, limitOf, said } from '../facts.ts'
import { at, find, listOf, textOf, truthOf, type Placed } from '../placed.ts'
import { readRange } from '../written-forms.ts'
import type { Pod } from './pod-specs.ts'
import { volumeMounts, unmountedHostPaths } from './volumes.ts'

/** Kinds whose pods run to completion. */
const ending =
  /^(Job|CronJob|ScheduledJob|Workflow|WorkflowTemplate|ClusterWorkflowTemplate|CronWorkflow|Task|TaskRun|Pipeline|PipelineRun|ScaledJob)$/

/** An object that contains pods. */
export interface ObjectOfPods {
  /** `Kind/name`. */
  about: string
  kind: string
  /** Its own `metadata`. */
  metadata?: Placed | undefined
  /** Who decides the settings that its containers omit. */
  leftTo?: string | undefined
}

/** The containers of an object's pods. If two have the same name, the path of keys to each is added. */
export function containersOf(pods: readonly Pod[], object: ObjectOfPods): Container[] {
  const { about } = object
  const read = pods.flatMap((pod) => {
    const containers = pod.containers.map(({ container, role }) => containerOf(container, role, pod, object))
    const [first] = containers
    if (first !== undefined) {
      first.mounts.push(...unmountedHostPaths(pod))
      first.environment.push(...notesOf(object.metadata), ...notesOf(find(pod.template, 'metadata')))
    }
    return containers.map((container) => ({ container, where: pod.where.join('.') }))
  })
  const names = read.map(({ container }) => container.name)
  const isTwice = (name: string) => names.indexOf(name) !== names.lastIndexOf(name)
  return read.map(({ container, where }) => ({
    ...container,
    name: isTwice(container.name) ? container.name.replace(about, `${about}/${where}`) : container.name,
  }))
}

function containerOf(
  container: Placed,
  role: Pod['containers'][number]['role'],
  pod: Pod,
  { about, kind, leftTo }: ObjectOfPods,
): Container {
  const { spec } = pod
  const name = textOf(at(container, 'name') ?? { path: '', line: 1, value: 'main' })
  const image = at(container, 'image') ?? find(spec, 'stepTemplate', 'image')
  const own = (...keys: string[]) =>
    at(container, 'securityContext', ...keys) ?? find(spec, 'stepTemplate', 'securityContext', ...keys)
  // The container's setting overrides the pod's.
  const either = (...keys: string[]) =>
    own(...keys) ?? at(spec, 'securityContext', ...keys) ?? firstOf(pod.around, 'securityContext', ...keys)
  const resources = (...keys: string[]) => at(container, 'resources', ...keys) ?? find(spec, 'resources', ...keys)
  const restarts = textOf(find(spec, 'restartPolicy') ?? { path: '', line: 1, value: '' })
  const stays = role === 'init' && find(container, 'restartPolicy') !== undefined
  const escalation = own('allowPrivilegeEscalation')
  return {
    ...emptyContainer({ platform: 'kubernetes', name: `${about}/${name}`, path: container.path, line: container.line }),
    endsByItself: !stays && (role !== 'container' || ending.test(kind) || /^(Never|OnFailure)$/.test(restarts)),
    // The object that a patch applies to is found by its name.
    ...(leftTo === undefined && (image !== undefined || at(container, 'name') === undefined)
      ? {}
      : { leftTo: leftTo ?? 'the object that this patch applies to' }),
    ...said('image', image, textOf),
    ...said('user', either('runAsUser') ?? either('windowsOptions', 'runAsUserName'), textOf),
    ...said('refusesRoot', either('runAsNonRoot'), truthOf),
    ...said('privileged', own('privileged'), truthOf),
    ...said('readOnly', own('readOnlyRootFilesystem'), truthOf),
    ...said('noNewPrivileges', escalation, refused),
    ...said('seccomp', either('seccompProfile'), profileOf),
    ...apparmorOf(either('appArmorProfile'), pod, name),
    ...said('memory', resources('limits', 'memory'), limit),
    ...said('cpu', resources('limits', 'cpu') ?? resources('requests', 'cpu'), limit),
    ...(role === 'ephemeral' ? limitsOfPod(container) : {}),
    ...given('healthCheck', healthCheckOf(container, [about.replace(/^.*\//, ''), name])),
    escapes: escapesOf(either, own),
    selinux: labelsOf(either),
    command: ['command', 'args'].flatMap((key) => wordsOf(at(container, key))),
    sideCommands: sideCommandsOf(container),
    capAdd: listOf(own('capabilities', 'add')).map((item) => fact(item, capability(textOf(item)))),
    capDrop: listOf(own('capabilities', 'drop')).map((item) => fact(item, capability(textOf(item)))),
    namespaces: namespacesOf(pod),
    ports: listOf(at(container, 'ports')).flatMap(hostPortOf),
    exposed: listOf(at(container, 'ports')).flatMap(
      (port) => said('value', at(port, 'containerPort'), textOf).value ?? [],
    ),
    mounts: volumeMounts(container, pod),
    devices: devicesOf(container),
    sysctls: listOf(at(spec, 'securityContext', 'sysctls')).flatMap(
      (entry) => said('value', at(entry, 'name'), textOf).value ?? [],
    ),
    environment: [container, find(spec, 'stepTemplate')].flatMap(environmentOf),
  }
}

/** A probe that names a host asks that one, not the container: even `localhost` is the node's. One that starts a program in the container asks what that asks. */
function healthCheckOf(container: Placed, names: readonly string[]): Container['healthCheck'] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => at(container, key) ?? [])
  const checks = probes.map((probe) => {
    const host = find(probe, 'httpGet', 'host') ?? find(probe, 'tcpSocket', 'host')
    const name = host === undefined ? '' : textOf(host)
    const command = find(probe, 'exec', 'command')
    if (command !== undefined) {
      const words = wordsOf(command).map(({ value }) => value)
      return fact(
        command,
        judgeHealthCheck(readProgram(words, () => undefined).commands, words.join(' '), (one) => names.includes(one)),
      )
    }
    return name === ''
      ? fact(probe, 'set' as const)
      : fact(host ?? probe, isUnknown(name) ? ('unknown' as const) : ('elsewhere' as const))
  })
  return checks.find(({ value }) => value === 'set') ?? checks.find(({ value }) => value === 'unknown') ?? checks[0]
}

/** Annotations and labels, which everybody who may list objects reads. */
function notesOf(metadata: Placed | undefined): Container['environment'] {
  return ['annotations', 'labels'].flatMap((key) => {
    const notes = find(metadata, key)
    return notes?.value instanceof Map
      ? [...notes.value].flatMap(([name, value]) =>
          typeof value.value === 'string' ? [fact(value, { name, value: value.value, of: 'label' as const })] : [],
        )
      : []
  })
}

function labelsOf(either: (...keys: string[]) => Placed | undefined): Fact<string>[] {
  return ['type', 'user', 'role'].flatMap((key) => {
    const label = either('seLinuxOptions', key)
    return label === undefined ? [] : [fact(label, `${key}:${textOf(label)}`)]
  })
}

function devicesOf(container: Placed): Fact<string>[] {
  return listOf(at(container, 'volumeDevices')).map((device) =>
    fact(device, textOf(at(device, 'devicePath') ?? device)),
  )
}

function environmentOf(container: Placed | undefined): Container['environment'] {
  return listOf(at(container, 'env')).flatMap((entry) => {
    const [variable, value] = [at(entry, 'name'), at(entry, 'value')]
    return variable === undefined || value === undefined
      ? []
      : [fact(entry, { name: textOf(variable), value: withReferences(textOf(value)), of: 'environment' as const })]
  })
}

function sideCommandsOf(container: Placed): Fact<string[]>[] {
  return besides.flatMap((keys) => {
    const words = find(container, ...keys, 'exec', 'command')
    return words === undefined
      ? []
      : [
          fact(
            words,
            wordsOf(words).map(({ value }) => value),
          ),
        ]
  })
}

/** What runs in a container beside its own program. */
const besides = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
]

/** The first of several that sets it. */
function firstOf(places: readonly Placed[], ...keys: string[]): Placed | undefined {
  return places.map((place) => find(place, ...keys)).find((found) => found !== undefined)
}

const limit = (placed: Placed) => limitOf(textOf(placed))

/** allowPrivilegeEscalation, inverted. */
function refused(placed: Placed): Truth {
  const allowed = truthOf(placed)
  return allowed === 'unknown' ? allowed : !allowed
}

/** An ephemeral container cannot have limits: its pod's apply. */
function limitsOfPod(container: Placed): Pick<Container, 'memory' | 'cpu'> {
  return { memory: fact(container, 'that of the pod'), cpu: fact(container, 'that of the pod') }
}

function apparmorOf(profile: Placed | undefined, { template }: Pod, name: string): Pick<Container, 'apparmor'> {
  if (profile !== undefined) return said('apparmor', profile, profileOf)
  const key = `container.apparmor.security.beta.kubernetes.io/${name}`
  return said('apparmor', find(template, 'metadata', 'annotations', key), textOf)
}

function escapesOf(
  either: (...keys: string[]) => Placed | undefined,
  own: (...keys: string[]) => Placed | undefined,
): Fact<string>[] {
  const hostProcess = either('windowsOptions', 'hostProcess')
  const procMount = own('procMount')
  return [
    ...(hostProcess === undefined || truthOf(hostProcess) === false
      ? []
      : [fact(hostProcess, `hostProcess: ${textOf(hostProcess)}: it runs on the host itself`)]),
    ...(procMount === undefined || textOf(procMount) === 'Default'
      ? []
      : [fact(procMount, `procMount ${textOf(procMount)}: /proc is not masked as it is by default`)]),
  ]
}

/** `Unconfined`, `RuntimeDefault` or the node's profile, in the model's terms. */
function profileOf(placed: Placed): string {
  const type = at(placed, 'type')
  const word = type === undefined ? '' : textOf(type)
  return word === 'Unconfined' ? 'unconfined' : word
}

function namespacesOf({ spec, around }: Pod): Container['namespaces'] {
  const shared = (key: string) => {
    const found = at(spec, key) ?? firstOf(around, key)
    const isShared = found !== undefined && truthOf(found)
    if (found === undefined || isShared === false) return undefined
    return fact(found, isShared === true ? 'host' : textOf(found))
  }
  const own = at(spec, 'hostUsers') ?? firstOf(around, 'hostUsers')
  const users = shared('hostUsers') ?? (own === undefined ? undefined : fact(own, 'private'))
  return {
    ...given('network', shared('hostNetwork')),
    ...given('pid', shared('hostPID')),
    ...given('ipc', shared('hostIPC')),
    ...given('user', users),
  }
}

function hostPortOf(port: Placed): Container['ports'] {
  const [host, inside, ip, protocol] = ['hostPort', 'containerPort', 'hostIP', 'protocol'].map((key) => at(port, key))
  if (host === undefined || Number(textOf(host)) === 0) return []
  const number = readRange(textOf(host))
  return [
    fact(host, {
      hostIp: ip === undefined ? '' : textOf(ip),
      host: number,
      container: inside === undefined ? number : readRange(textOf(inside)),
      protocol: protocol === undefined ? 'tcp' : textOf(protocol).toLowerCase(),
      written: `hostPort ${textOf(host)}`,
    }),
  ]
}

function wordsOf(placed: Placed | undefined): Fact<string>[] {
  if (placed === undefined) return []
  const words = Array.isArray(placed.value) ? placed.value : [placed]
  return words.map((word) => fact(word, withReferences(textOf(word))))
}

/** `$(NAME)` stands for another variable of the container, and `$$` for a dollar. */
function withReferences(text: string): string {
  return text.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (_whole, name: string | undefined) =>
    name === undefined ? '$' : unknownValue(name),
  )
}
