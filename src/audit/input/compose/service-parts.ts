import { posix } from 'node:path'
import { isUnknown, isWhollyUnknown, unknownValue } from '../../../formats/unknown-value.ts'
import type { Container, Fact, Hook, SharedNamespace, Variable } from '../../container.ts'
import { judgeStartedCheck } from '../../judge-health-check.ts'
import { withoutForm } from '../../started-programs.ts'
import { fact, said, textsOf } from '../facts.ts'
import { at, entriesOf, find, listOf, textOf, truthOf, type Placed } from '../placed.ts'
import type { ComposeModel } from './load-compose.ts'
import { ownText } from './interpolate.ts'
import { asPairs } from './overlay.ts'

const namespaceKeys: Record<Exclude<SharedNamespace, 'network'>, string> = {
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  user: 'userns_mode',
  cgroup: 'cgroup',
}

export function namespacesOf(service: Placed): Container['namespaces'] {
  return Object.fromEntries(
    Object.entries(namespaceKeys).flatMap(([namespace, key]) => {
      const found = at(service, key)
      return found === undefined ? [] : [[namespace, fact(found, textOf(found))]]
    }),
  )
}

/** `name` is the service's, by which others reach it. */
export function healthCheckOf(name: string, service: Placed): Container['healthCheck'] {
  const check = at(service, 'healthcheck')
  if (check === undefined) return undefined
  const disable = at(check, 'disable')
  const test = at(check, 'test')
  const word = Array.isArray(test?.value) ? test.value[0] : test
  const none = word !== undefined && textOf(word) === 'NONE'
  const off = disable !== undefined && truthOf(disable)
  if (none || off === true) return fact(check, 'disabled')
  const isOpen = off === 'unknown' || (word !== undefined && isWhollyUnknown(textOf(word)))
  if (isOpen || test === undefined) return fact(check, isOpen ? 'unknown' : 'set')
  const words = sideWords(test)
  const own = [name, ...ownNames(service)].map((one) => one.toLowerCase())
  return fact(check, judgeStartedCheck(words, own))
}

/** Names by which a service reaches itself, apart from its own. */
function ownNames(service: Placed): string[] {
  const names = ['container_name', 'hostname'].map((key) => find(service, key)?.value)
  const networks = find(service, 'networks')
  const aliases =
    networks?.value instanceof Map
      ? [...networks.value.values()].flatMap((network) => textsOf(find(network, 'aliases')).map(({ value }) => value))
      : []
  return [...names.map(String), ...aliases]
}

/** The words of a health check or a hook. */
function sideWords(command: Placed): string[] {
  return withoutForm((Array.isArray(command.value) ? command.value : [command]).map(ownText))
}

/** In Swarm's terms, or in those of a single host. */
export function restartOf(service: Placed): Fact<string> | undefined {
  const policy = at(service, 'deploy', 'restart_policy')
  if (policy === undefined) return said('value', at(service, 'restart'), textOf).value
  const condition = at(policy, 'condition')
  const attempts = at(policy, 'max_attempts')
  const word = condition === undefined ? 'any' : textOf(condition)
  if (word === 'none') return fact(policy, 'no')
  const bound = attempts === undefined || Number(textOf(attempts)) === 0 ? '' : `:${textOf(attempts)}`
  return fact(policy, word === 'on-failure' ? `on-failure${bound}` : bound === '' ? 'always' : `any${bound}`)
}

/** The environment: its files, then its own entries. A name without a value takes it from where the file is used. */
export function environmentOf(service: Placed, model: ComposeModel): Fact<Variable>[] {
  const files = at(service, 'env_file')
  const named = files === undefined ? [] : Array.isArray(files.value) ? files.value : [files]
  const ofFiles = named.flatMap((entry) => {
    const written = entry.value instanceof Map ? at(entry, 'path') : entry
    if (written === undefined || isUnknown(textOf(written))) return []
    const path = posix.normalize(posix.join(model.directoryOf(written.path), textOf(written)))
    if (textOf(written).startsWith('/') || path.startsWith('..')) return []
    return model
      .environmentFile(path)
      .map(({ name, value, line }) => fact({ path, line }, { name, value, of: 'environment' as const }))
  })
  return [...ofFiles, ...variablesOf(at(service, 'environment'), 'environment')]
}

/** Its own labels, and those of its image and of its service in a swarm. */
export function labelsOf(service: Placed): Fact<Variable>[] {
  return [['labels'], ['annotations'], ['build', 'labels'], ['deploy', 'labels']].flatMap((keys) =>
    variablesOf(find(service, ...keys), 'label'),
  )
}

/** What its logging driver gets. */
export function logOptions(service: Placed): Fact<Variable>[] {
  return variablesOf(find(service, 'logging', 'options'), 'log option')
}

/** What the drivers of a project's volumes get, by the volume's name. */
export function volumeOptions(volumes: ReadonlyMap<string, Placed>): Map<string, Fact<Variable>[]> {
  return new Map(
    [...volumes].map(([name, volume]) => [name, variablesOf(find(volume, 'driver_opts'), 'volume option')]),
  )
}

/** What the image's build gets. */
export function buildArguments(service: Placed): Fact<Variable>[] {
  return variablesOf(find(service, 'build', 'args'), 'build argument')
}

function variablesOf(placed: Placed | undefined, of: Variable['of']): Fact<Variable>[] {
  if (placed === undefined) return []
  return entriesOf(asPairs(placed)).map(([name, value]) =>
    fact(value, { name, value: value.value === null ? unknownValue(name) : ownText(value), of }),
  )
}

/** Commands that run in the container in addition to its own: its health check and hooks. */
export function sideCommandsOf(service: Placed): Fact<string[]>[] {
  const hooks = ['post_start', 'pre_stop'].flatMap((what) => listOf(at(service, what)))
  return [at(service, 'healthcheck', 'test'), ...hooks.map((hook) => at(hook, 'command'))].flatMap((command) =>
    command === undefined ? [] : [fact(command, sideWords(command))],
  )
}

/** Contents of the project's configs that are written into the container. */
export function writtenTextsOf(service: Placed, configs: ReadonlyMap<string, Placed>): Fact<string>[] {
  return listOf(at(service, 'configs')).flatMap((item) => {
    const source = item.value instanceof Map ? at(item, 'source') : item
    const content = find(source === undefined ? undefined : configs.get(textOf(source)), 'content')
    return content === undefined ? [] : [fact(content, ownText(content))]
  })
}

/** GPUs and other devices that the service requests from the host. */
export function devicesOf(service: Placed): Fact<string>[] {
  const devices = listOf(at(service, 'devices')).map((item) =>
    fact(item, typeof item.value === 'string' ? item.value : textOf(at(item, 'source') ?? item)),
  )
  const rules = textsOf(at(service, 'device_cgroup_rules')).map((rule) => fact(rule, `rule ${rule.value}`))
  const gpus = at(service, 'gpus')
  const asked = gpus === undefined ? [] : Array.isArray(gpus.value) ? gpus.value : [gpus]
  const reserved = listOf(find(service, 'deploy', 'resources', 'reservations', 'devices'))
  return [
    ...devices,
    ...rules,
    ...asked.map((item) => fact(item, `GPU ${item.value instanceof Map ? driverOf(item) : textOf(item)}`)),
    ...reserved.map((item) => fact(item, `of driver ${driverOf(item)}`)),
  ]
}

const driverOf = (item: Placed) => textOf(at(item, 'driver') ?? { ...item, value: 'of the host' })

/** What runs in the container after it starts and before it stops. */
export function hooksOf(service: Placed): Fact<Hook>[] {
  return ['post_start', 'pre_stop'].flatMap((what) =>
    listOf(at(service, what)).map((hook) => {
      const [privileged, user] = [at(hook, 'privileged'), at(hook, 'user')]
      return fact(hook, {
        what,
        privileged: privileged === undefined ? false : truthOf(privileged),
        user: user === undefined ? '' : textOf(user),
      })
    }),
  )
}
