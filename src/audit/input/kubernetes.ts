import { emptyContainer, type Container, type Fact, type Mount } from '../container.ts'
import { capability, said } from './compose.ts'
import { at, entriesOf, listOf, manifestError, readManifest, textOf, truthOf, type Placed } from './placed.ts'

/** Where each kind keeps its pod. */
const pods: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

/** The containers of every workload in a Kubernetes manifest, init containers included; other objects are passed over. Throws `SOURCE` with file and line. */
export function readKubernetes(text: string, path: string): Container[] {
  return readManifest(text, path).flatMap((document) => workloadsOf(document, 0))
}

function workloadsOf(object: Placed, depth: number): Container[] {
  const [kind, version] = ['kind', 'apiVersion'].map((key) => at(object, key))
  if (kind === undefined || version === undefined)
    throw manifestError(object, 'wanted a Kubernetes object with "apiVersion" and "kind"')
  const name = textOf(kind)
  if (name.endsWith('List') && depth < 3)
    return listOf(at(object, 'items')).flatMap((item) => workloadsOf(item, depth + 1))
  const where = pods[name]
  if (where === undefined) return []
  const pod = at(object, ...where)
  if (pod === undefined) throw manifestError(object, `wanted a pod below ${where.join('.')} of the ${name}, found none`)
  const own = at(object, 'metadata', 'name') ?? at(object, 'metadata', 'generateName')
  if (own === undefined) throw manifestError(object, `wanted metadata.name of the ${name}, found none`)
  const containers = listOf(at(pod, 'containers'))
  if (containers.length === 0) throw manifestError(pod, `wanted at least one container in the ${name}, found none`)
  const annotations = at(object, ...where.slice(0, -1), 'metadata', 'annotations')
  const prefix = `${name}/${textOf(own)}`
  const inPod = (container: Placed, ends: boolean) =>
    containerOf(container, pod, { prefix, ends: ends || name === 'Job' || name === 'CronJob', annotations })
  return [
    ...listOf(at(pod, 'initContainers')).map((container) =>
      inPod(container, at(container, 'restartPolicy') === undefined),
    ),
    ...containers.map((container) => inPod(container, false)),
  ]
}

function containerOf(
  container: Placed,
  pod: Placed,
  about: { prefix: string; ends: boolean; annotations: Placed | undefined },
): Container {
  const named = at(container, 'name')
  if (named === undefined) throw manifestError(container, `wanted a name for every container of ${about.prefix}`)
  const own = (...keys: string[]) => at(container, 'securityContext', ...keys)
  // What the container says wins over what the pod says.
  const either = (...keys: string[]) => own(...keys) ?? at(pod, 'securityContext', ...keys)
  const probe = ['livenessProbe', 'readinessProbe', 'startupProbe']
    .map((key) => at(container, key))
    .find((found) => found !== undefined)
  const escalation = own('allowPrivilegeEscalation')
  const resources = (key: string) => at(container, 'resources', ...key.split('.'))
  const seccomp = either('seccompProfile')
  const apparmor = either('appArmorProfile')
  const annotated = at(about.annotations, `container.apparmor.security.beta.kubernetes.io/${textOf(named)}`)
  return {
    ...emptyContainer({
      platform: 'kubernetes',
      name: `${about.prefix}/${textOf(named)}`,
      path: container.path,
      line: container.line,
    }),
    endsByItself: about.ends,
    ...said('image', at(container, 'image'), textOf),
    ...said('user', either('runAsUser'), textOf),
    ...said('refusesRoot', either('runAsNonRoot'), truthOf),
    ...said('privileged', own('privileged'), truthOf),
    ...said('readOnly', own('readOnlyRootFilesystem'), truthOf),
    ...(escalation === undefined ? {} : { noNewPrivileges: fact(escalation, !truthOf(escalation)) }),
    ...said('seccomp', seccomp, profileOf),
    ...said('apparmor', apparmor ?? annotated, apparmor === undefined ? textOf : profileOf),
    ...said('selinux', either('seLinuxOptions', 'type'), textOf),
    ...said('memory', resources('limits.memory'), textOf),
    ...said('cpu', resources('limits.cpu') ?? resources('requests.cpu'), textOf),
    ...said('healthCheck', probe, () => 'set' as const),
    command: ['command', 'args'].flatMap((key) => listOf(at(container, key)).map((item) => fact(item, textOf(item)))),
    capAdd: listOf(own('capabilities', 'add')).map((item) => fact(item, capability(textOf(item)))),
    capDrop: listOf(own('capabilities', 'drop')).map((item) => fact(item, capability(textOf(item)))),
    namespaces: namespacesOf(pod),
    ports: listOf(at(container, 'ports')).flatMap(hostPortOf),
    exposed: listOf(at(container, 'ports')).flatMap(
      (port) => said('value', at(port, 'containerPort'), textOf).value ?? [],
    ),
    mounts: listOf(at(container, 'volumeMounts')).map((mount) => mountOf(mount, pod)),
    devices: listOf(at(container, 'volumeDevices')).map((device) =>
      fact(device, textOf(at(device, 'devicePath') ?? device)),
    ),
    environment: listOf(at(container, 'env')).flatMap((entry) => {
      const [variable, value] = [at(entry, 'name'), at(entry, 'value')]
      return variable === undefined || value === undefined
        ? []
        : [fact(entry, { name: textOf(variable), value: textOf(value) })]
    }),
  }
}

/** `Unconfined`, `RuntimeDefault` or the profile of the node, in the words of the model. */
function profileOf(placed: Placed): string {
  const type = at(placed, 'type')
  const word = type === undefined ? '' : textOf(type)
  return word === 'Unconfined' ? 'unconfined' : word
}

function namespacesOf(pod: Placed): Container['namespaces'] {
  const shared = (key: string, wanted: boolean) => {
    const found = at(pod, key)
    return found !== undefined && truthOf(found) === wanted ? fact(found, 'host') : undefined
  }
  const [network, pid, ipc, user] = [
    shared('hostNetwork', true),
    shared('hostPID', true),
    shared('hostIPC', true),
    shared('hostUsers', true),
  ]
  const own = at(pod, 'hostUsers')
  const users = user ?? (own === undefined ? undefined : fact(own, 'private'))
  return { ...(network && { network }), ...(pid && { pid }), ...(ipc && { ipc }), ...(users && { user: users }) }
}

function hostPortOf(port: Placed): Container['ports'] {
  const [host, inside, ip] = ['hostPort', 'containerPort', 'hostIP'].map((key) => at(port, key))
  if (host === undefined) return []
  const number = Number(textOf(host))
  const target = inside === undefined ? number : Number(textOf(inside))
  return [
    fact(host, {
      hostIp: ip === undefined ? '' : textOf(ip),
      host: [number, number],
      container: [target, target],
      written: `hostPort ${number}`,
    }),
  ]
}

function mountOf(mount: Placed, pod: Placed): Fact<Mount> {
  const text = (key: string) => {
    const found = at(mount, key)
    return found === undefined ? '' : textOf(found)
  }
  const volume = listOf(at(pod, 'volumes')).find((entry) => textOf(at(entry, 'name') ?? entry) === text('name'))
  const hostPath = at(volume, 'hostPath', 'path')
  const readOnly = at(mount, 'readOnly')
  const propagation = text('mountPropagation')
  return fact(mount, {
    kind:
      hostPath !== undefined
        ? 'bind'
        : at(volume, 'emptyDir') !== undefined || entriesOf(volume).length === 0
          ? 'tmpfs'
          : 'volume',
    source: hostPath === undefined ? text('name') : textOf(hostPath),
    target: text('mountPath'),
    readOnly: readOnly !== undefined && truthOf(readOnly),
    propagation: propagation === 'Bidirectional' ? 'rshared' : propagation === 'HostToContainer' ? 'rslave' : '',
  })
}

function fact<T>({ path, line }: { path: string; line: number }, value: T): Fact<T> {
  return { value, path, line }
}
