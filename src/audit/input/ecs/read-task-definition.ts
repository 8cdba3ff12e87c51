import {
  emptyContainer,
  type Container,
  type Fact,
  type Mount,
  type PublishedPort,
  type Variable,
} from '../../container.ts'
import { judgeStartedCheck } from '../../judge-health-check.ts'
import { withoutForm } from '../../started-programs.ts'
import { capability, fact, given, hostDevice, limitOf, said, textsOf, unmaskings } from '../facts.ts'
import { at, entriesOf, find, listOf, textOf, truthOf, type Placed } from '../placed.ts'
import { withOthers, withVolumeOptions } from '../of-others.ts'
import { withPlaceholders } from '../placeholders.ts'
import { readRange, readSecurityOption, refusesPrivileges } from '../written-forms.ts'

/**
 * The ECS task definition in a document, as it is registered or as `describe-task-definition` prints it; undefined if
 * it is not one.
 */
export function taskDefinitionOf(document: Placed | undefined): Placed | undefined {
  return [document, find(document, 'taskDefinition')].find((one) =>
    Array.isArray(find(one, 'containerDefinitions')?.value),
  )
}

/** The containers of a task definition. Throws `SOURCE` with file and line. */
export function readTaskDefinition(document: Placed): Container[] {
  const task = taskDefinitionOf(withPlaceholders(document)) ?? document
  const containers = listOf(at(task, 'containerDefinitions'))
  const awaited = new Set(
    containers.flatMap((container) =>
      listOf(at(container, 'dependsOn')).flatMap((needed) =>
        /^(COMPLETE|SUCCESS)$/.test(wordOf(needed, 'condition')) ? [wordOf(needed, 'containerName')] : [],
      ),
    ),
  )
  const read = containers.map((container) => ({
    ...containerOf(container, task),
    endsByItself: awaited.has(wordOf(container, 'name')),
  }))
  const mountsFrom = new Map(
    containers.map((container) => [nameOf(container, 'name', task), mountsFromOf(container, task)]),
  )
  return withVolumeOptions(withOthers(read, mountsFrom), volumeOptions(task))
}

function nameOf(placed: Placed, key: string, task: Placed): string {
  return `${wordOf(task, 'family') || 'task'}/${wordOf(placed, key)}`
}

function mountsFromOf(container: Placed, task: Placed): Fact<string>[] {
  return listOf(at(container, 'volumesFrom')).map((entry) => fact(entry, nameOf(entry, 'sourceContainer', task)))
}

function containerOf(container: Placed, task: Placed): Container {
  const get = (...keys: string[]) => at(container, ...keys)
  const isFargate = textsOf(at(task, 'requiresCompatibilities')).some(({ value }) => value.toUpperCase() === 'FARGATE')
  const options = listOf(get('dockerSecurityOptions')).map((place) => ({
    place,
    ...readSecurityOption(textOf(place)),
  }))
  const option = (wanted: string) => {
    const found = options.findLast(({ name }) => name === wanted)
    return found === undefined ? undefined : fact(found.place, found.value)
  }
  const noNew = option('no-new-privileges')
  const network = at(task, 'networkMode')
  const mode = network === undefined ? fact(task, isFargate ? 'awsvpc' : 'bridge') : fact(network, textOf(network))
  return {
    ...emptyContainer({
      platform: 'ecs',
      name: nameOf(container, 'name', task),
      path: container.path,
      line: container.line,
    }),
    // Fargate accepts none of Docker's security options.
    ...(isFargate
      ? { leftTo: 'Fargate, which runs each task in its own virtual machine', leftControls: ['cis-5.26'] as const }
      : {}),
    ...said('image', get('image'), textOf),
    ...said('user', get('user'), textOf),
    ...said('privileged', get('privileged'), truthOf),
    ...said('readOnly', get('readonlyRootFilesystem'), truthOf),
    ...(noNew === undefined ? {} : { noNewPrivileges: fact(noNew, refusesPrivileges(noNew.value)) }),
    ...given('seccomp', option('seccomp')),
    ...given('apparmor', option('apparmor')),
    ...limitsOf(container, task),
    ...given('healthCheck', healthCheckOf(get('healthCheck', 'command'), wordOf(container, 'name'))),
    escapes: unmaskings(options),
    selinux: options.filter((entry) => entry.name === 'label').map((entry) => fact(entry.place, entry.value)),
    command: [...textsOf(get('entryPoint')), ...textsOf(get('command'))],
    sideCommands: sideCommandsOf(get('healthCheck', 'command')),
    capAdd: listOf(get('linuxParameters', 'capabilities', 'add')).map((item) => fact(item, capability(textOf(item)))),
    capDrop: listOf(get('linuxParameters', 'capabilities', 'drop')).map((item) => fact(item, capability(textOf(item)))),
    namespaces: {
      network: mode,
      ...given('pid', said('value', at(task, 'pidMode'), textOf).value),
      ...given('ipc', said('value', at(task, 'ipcMode'), textOf).value),
    },
    ports: listOf(get('portMappings')).flatMap((port) => publishedPort(port, mode.value)),
    exposed: listOf(get('portMappings')).flatMap(
      (port) => said('value', at(port, 'containerPort'), textOf).value ?? [],
    ),
    mounts: listOf(get('mountPoints')).map((mount) => mountOf(mount, task)),
    devices: listOf(get('linuxParameters', 'devices')).map((device) => fact(device, wordOf(device, 'hostPath'))),
    sysctls: listOf(get('systemControls')).map((entry) => fact(entry, wordOf(entry, 'namespace'))),
    ulimits: listOf(get('ulimits')).map((entry) => fact(entry, wordOf(entry, 'name'))),
    environment: variablesOf(container),
  }
}

/** Its environment, its labels, and what its logging driver gets. */
function variablesOf(container: Placed): Fact<Variable>[] {
  return [
    ...listOf(at(container, 'environment')).map((entry) =>
      fact(entry, { name: wordOf(entry, 'name'), value: wordOf(entry, 'value'), of: 'environment' as const }),
    ),
    ...pairsOf(at(container, 'dockerLabels'), 'label'),
    ...pairsOf(at(container, 'logConfiguration', 'options'), 'log option'),
  ]
}

/** What the drivers of the task's volumes get, by the volume's name. */
function volumeOptions(task: Placed): Map<string, Fact<Variable>[]> {
  return new Map(
    listOf(at(task, 'volumes')).map((volume) => [
      wordOf(volume, 'name'),
      pairsOf(find(volume, 'dockerVolumeConfiguration', 'driverOpts'), 'volume option'),
    ]),
  )
}

function pairsOf(map: Placed | undefined, of: Variable['of']): Fact<Variable>[] {
  return entriesOf(map).map(([name, value]) => fact(value, { name, value: textOf(value), of }))
}

/** The container's own limits, or the whole task's, which they cannot exceed. */
function limitsOf(container: Placed, task: Placed): Pick<Container, 'memory' | 'cpu'> {
  const either = (key: string) => {
    const own = at(container, key)
    return own !== undefined && limitOf(textOf(own)) !== '' ? own : at(task, key)
  }
  return { ...said('memory', either('memory'), textOf), ...said('cpu', either('cpu'), textOf) }
}

function healthCheckOf(command: Placed | undefined, name: string): Container['healthCheck'] {
  const [words] = sideCommandsOf(command)
  if (command === undefined || words === undefined) return undefined
  if (textsOf(command)[0]?.value === 'NONE') return fact(command, 'disabled')
  return fact(command, judgeStartedCheck(words.value, [name]))
}

function sideCommandsOf(command: Placed | undefined): Fact<string[]>[] {
  if (command === undefined) return []
  return [fact(command, withoutForm(textsOf(command).map(({ value }) => value)))]
}

/** A host port: with `awsvpc`, a task has its own interface and uses none. */
function publishedPort(port: Placed, mode: string): Fact<PublishedPort>[] {
  if (mode === 'awsvpc' || mode === 'none') return []
  const [inside, host] = [wordOf(port, 'containerPort'), wordOf(port, 'hostPort')]
  const taken = host === '' || host === '0' ? (mode === 'host' ? inside : '') : host
  return [
    fact(port, {
      hostIp: '',
      host: readRange(taken),
      container: readRange(inside),
      protocol: wordOf(port, 'protocol') || 'tcp',
      written: `${taken === '' ? 'any' : taken}:${inside}`,
    }),
  ]
}

function mountOf(mount: Placed, task: Placed): Fact<Mount> {
  const volume = listOf(at(task, 'volumes')).find((entry) => wordOf(entry, 'name') === wordOf(mount, 'sourceVolume'))
  const path = find(volume, 'host', 'sourcePath') ?? hostDeviceOf(volume)
  const readOnly = at(mount, 'readOnly')
  return fact(mount, {
    kind: path === undefined ? 'volume' : 'bind',
    source: path === undefined ? wordOf(mount, 'sourceVolume') : textOf(path),
    target: wordOf(mount, 'containerPath'),
    readOnly: readOnly !== undefined && truthOf(readOnly) === true,
    propagation: '',
  })
}

/** The host path behind a volume of Docker's own driver, if there is one. */
function hostDeviceOf(volume: Placed | undefined): Placed | undefined {
  const options = find(volume, 'dockerVolumeConfiguration', 'driverOpts')
  return hostDevice(find(options, 'device'), find(options, 'o'))
}

function wordOf(placed: Placed, key: string): string {
  const found = at(placed, key)
  return found === undefined ? '' : textOf(found)
}
