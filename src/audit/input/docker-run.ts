import { parse } from 'unbash'
import { DeliveryError } from '../../model/errors.ts'
import { readShell } from '../../formats/shell.ts'
import { isUnknown, showUnknown, withoutMarks } from '../../formats/unknown-value.ts'
import { closest } from '../../policy/closest.ts'
import { emptyContainer, type Container, type Fact, type Mount, type Variable } from '../container.ts'
import { aliases, programSwitches, programValued, shorts, switches, valued } from './docker-run-flags.ts'
import { judgeStartedCheck } from '../judge-health-check.ts'
import { capability, limitOf } from './facts.ts'
import {
  hostSource,
  readPort,
  readSecurityOption,
  readTmpfs,
  readVolume,
  refusesPrivileges,
  unmaskedBy,
} from './written-forms.ts'

const longest = 100_000

/** The file name in reports: a command line has none. */
export const dockerRunPath = 'docker-run'

function fact<T>(value: T): Fact<T> {
  return { value, path: dockerRunPath, line: 1 }
}

/**
 * Reads a `docker run` line as a shell and Docker would. Throws `USAGE` for a flag that Docker does not know, a shell
 * operator, an open quote, and a variable where the image or a flag is expected.
 */
export function readDockerRun(text: string): Container {
  const { flags, image, command } = flagsOf(wordsOf(text))
  const all = (name: string) => flags.filter((flag) => flag.name === name).map(({ value }) => value)
  const last = (name: string) => all(name).at(-1)
  const isOn = (name: string) => last(name) === 'true'
  const truth = <K extends string>(key: K, name: string) => one(key, last(name) === undefined ? undefined : isOn(name))
  const options = all('security-opt').map(readSecurityOption)
  const option = (name: string) => options.findLast((entry) => entry.name === name)?.value
  const noNew = option('no-new-privileges')
  const mounts = all('mount').map(fieldsOf)
  return {
    ...emptyContainer({ platform: 'docker-run', name: last('name') ?? image, path: dockerRunPath, line: 1 }),
    endsByItself: isOn('rm') && !isOn('detach'),
    image: fact(image),
    command: [...all('entrypoint'), ...command].map(fact),
    sideCommands: all('health-cmd').map((line) => fact([line])),
    ...one('user', last('user')),
    ...truth('privileged', 'privileged'),
    ...truth('readOnly', 'read-only'),
    ...one('noNewPrivileges', noNew === undefined ? undefined : refusesPrivileges(noNew)),
    ...one('seccomp', option('seccomp')),
    ...one('apparmor', option('apparmor')),
    ...one('memory', limit(last('memory'))),
    ...one('cpu', limit(last('cpus') ?? last('cpu-quota') ?? last('cpu-shares')) ?? last('cpuset-cpus')),
    ...one('pids', last('pids-limit')),
    ...one('cgroupParent', last('cgroup-parent')),
    ...one('restart', last('restart')),
    ...healthCheckOf(last('health-cmd'), isOn('no-healthcheck'), [
      ...all('name'),
      ...all('hostname'),
      ...all('network-alias'),
    ]),
    ...truth('publishesAll', 'publish-all'),
    ...truth('apiSocket', 'use-api-socket'),
    ...networksOf(all('network').map(networkName)),
    escapes: options.flatMap((entry) => unmaskedBy(entry) ?? []).map(fact),
    selinux: options.filter(({ name }) => name === 'label').map(({ value }) => fact(value)),
    namespaces: namespacesOf(last, all('network')),
    capAdd: capabilities(all('cap-add')),
    capDrop: capabilities(all('cap-drop')),
    ports: all('publish').map((written) =>
      fact(readPort(written) ?? refuse(`expected a port as [ip:][host:]container, found --publish ${written}`)),
    ),
    exposed: all('expose').map(fact),
    mounts: [...all('volume').map(readVolume), ...mounts.map(readMount), ...all('tmpfs').map(readTmpfs)].map(fact),
    mountsFrom: all('volumes-from').map((written) => fact(written.split(':')[0] ?? '')),
    devices: devicesOf(all),
    sysctls: all('sysctl').map((written) => fact(written.split('=')[0] ?? '')),
    ulimits: all('ulimit').map(fact),
    environment: [
      ...pairsOf(all('env'), 'environment'),
      ...pairsOf([...all('label'), ...all('annotation')], 'label'),
      ...pairsOf(all('log-opt'), 'log option'),
      ...pairsOf(mounts.flatMap(optionsOf), 'volume option'),
    ],
  }
}

function namespacesOf(
  last: (name: string) => string | undefined,
  networks: readonly string[],
): Container['namespaces'] {
  return {
    ...one('network', sharedNetwork(networks.map(networkName))),
    ...one('pid', last('pid')),
    ...one('ipc', last('ipc')),
    ...one('uts', last('uts')),
    ...one('user', last('userns')),
    ...one('cgroup', last('cgroupns')),
  }
}

function devicesOf(all: (name: string) => string[]): Fact<string>[] {
  const rules = all('device-cgroup-rule').map((rule) => `rule ${rule}`)
  return [...all('device'), ...rules, ...all('gpus').map((asked) => `GPU ${asked}`)].map(fact)
}

/** A name without a value takes it from the environment in which the line is run. */
function pairsOf(written: readonly string[], of: Variable['of']): Fact<Variable>[] {
  return written
    .filter((pair) => pair.includes('='))
    .map((pair) => {
      const equals = pair.indexOf('=')
      return fact({ name: pair.slice(0, equals), value: pair.slice(equals + 1), of })
    })
}

function one<K extends string, T>(key: K, value: T | undefined): { [key in K]?: Fact<T> } {
  return (value === undefined ? {} : { [key]: fact(value) }) as { [key in K]?: Fact<T> }
}

function capabilities(written: readonly string[]): Fact<string>[] {
  return written.flatMap((value) => value.split(',')).map((value) => fact(capability(value)))
}

function healthCheckOf(
  command: string | undefined,
  off: boolean,
  names: readonly string[],
): Pick<Container, 'healthCheck'> {
  if (off || command === 'none') return { healthCheck: fact('disabled') }
  if (command === undefined) return {}
  return { healthCheck: fact(judgeStartedCheck([command], names)) }
}

/** The network of `--network app` or `--network name=app,alias=web`. */
function networkName(written: string): string {
  const fields = written.split(',').map((field) => field.split('='))
  return written.includes('=') ? (fields.find(([key]) => key?.toLowerCase() === 'name')?.[1] ?? written) : written
}

const isMode = (network: string) => /^(host|none|bridge|default)$|^container:/.test(network)

function sharedNetwork(networks: readonly string[]): string | undefined {
  return networks.find((network) => network === 'host') ?? networks.find(isMode) ?? networks.at(-1)
}

function networksOf(networks: readonly string[]): Pick<Container, 'networks'> {
  const own = networks.filter((network) => !isMode(network))
  return own.length === 0 ? {} : { networks: fact(own) }
}

function parsed(line: string): ReturnType<typeof parse> {
  try {
    return parse(line)
  } catch (error) {
    if (error instanceof RangeError) return refuse('a shell cannot parse it: it is nested too deeply')
    throw error
  }
}

/** The words of the line, from the program on. */
function wordsOf(text: string): string[] {
  if (text.length > longest) refuse(`expected a line of at most ${longest} characters, found ${text.length}`)
  const line = withoutMarks(text.trim().replaceAll(/\\\r?\n/g, ' '))
  const { commands, errors = [] } = parsed(line)
  if (/[\n\r]/.test(line)) refuse('expected one docker run line, found several; end a continued line with a backslash')
  const [fault] = errors
  if (fault !== undefined)
    refuse(/quote/.test(fault.message) ? 'a quote is not closed' : `a shell cannot parse it: ${fault.message}`)
  const [statement] = commands
  if (commands.length > 1 || statement?.background === true)
    refuse('expected one docker run line, found a second command')
  const node = statement?.command
  if (node !== undefined && (node.type !== 'Command' || node.redirects.length > 0))
    refuse('expected one docker run line, found a shell operator: a pipe, &&, || or a redirection')
  const command = readShell(line, () => undefined).commands.at(-1)
  return command === undefined ? [] : [command.name, ...command.args]
}

/** The flags before the image, the image and what follows it. A switch has the value "true" or "false". */
function flagsOf(words: readonly string[]): {
  flags: Array<{ name: string; value: string }>
  image: string
  command: string[]
} {
  const first = 1 + ofProgram(words.slice(1))
  const start = words[first] === 'container' ? first + 1 : first
  if (!/^(docker|podman|nerdctl)$/.test(words[0] ?? '') || !/^(run|create)$/.test(words[start] ?? ''))
    refuse(`expected a line that starts with "docker run", found ${JSON.stringify(words.slice(0, 2).join(' '))}`)
  const rest = words.slice(start + 1)
  const flags: Array<{ name: string; value: string }> = []
  const next = (flag: string) => rest.shift() ?? refuse(`expected a value after ${flag}, found the end of the line`)
  while (rest[0]?.startsWith('-') === true && rest[0] !== '-') {
    const word = rest.shift() ?? ''
    if (word === '--') break
    if (word.startsWith('--')) {
      const [, written = '', given] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
      const name = aliases[written] ?? written
      if (switches.includes(name)) flags.push({ name, value: switchValue(word, given) })
      else if (valued.includes(name)) flags.push({ name, value: given ?? next(`--${written}`) })
      else refuseFlag(`--${written}`, [...switches, ...valued])
      continue
    }
    // Short flags can be combined; the first that takes a value takes the rest of the word.
    for (let position = 1; position < word.length; position++) {
      const letter = word[position] ?? ''
      const name = shorts[letter]
      if (name === undefined) return refuseFlag(`-${letter}`, [])
      const behind = word.slice(position + 1)
      if (switches.includes(name)) {
        flags.push({ name, value: switchValue(word, behind.startsWith('=') ? behind.slice(1) : undefined) })
        if (behind.startsWith('=')) break
        continue
      }
      flags.push({ name, value: behind === '' ? next(`-${letter}`) : behind.replace(/^=/, '') })
      break
    }
  }
  const [image, ...command] = rest
  if (image !== undefined && isUnknown(image)) refuse(`the value of ${image} is unknown here; write it out`)
  return { flags, image: image ?? refuse('the line names no image'), command }
}

/** How many words are options of the program itself, before its command: which engine it talks to, and how. */
function ofProgram(words: readonly string[]): number {
  let at = 0
  for (let word = words[0]; word?.startsWith('-') === true; word = words[at]) {
    const [, name = '', joined] = /^--?([\w-]+)(=.*)?$/s.exec(word) ?? []
    if (!programSwitches.has(name) && !programValued.has(name)) return at
    at += programValued.has(name) && joined === undefined ? 2 : 1
  }
  return at
}

function switchValue(word: string, given: string | undefined): string {
  if (given === undefined || /^(1|t|true)$/i.test(given)) return 'true'
  return /^(0|f|false)$/i.test(given) ? 'false' : refuse(`expected true or false, found ${word}`)
}

function refuseFlag(flag: string, known: readonly string[]): never {
  const near = closest(flag.replace(/^-+/, ''), known)
  return refuse(`docker run has no flag ${flag}${near === undefined ? '' : `; did you mean --${near}?`}`)
}

function refuse(message: string): never {
  throw new DeliveryError(
    'USAGE',
    `--docker-run: ${showUnknown(message)}`,
    "Give the whole line as one argument, in single quotes, e.g. --docker-run 'docker run --read-only app:1.0.0'.",
  )
}

/** The fields of a --mount, e.g. `type=bind,source=...,target=...,readonly`: a line of CSV, whose fields may be quoted. */
function fieldsOf(written: string): Array<{ key: string; value: string }> {
  return [...written.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) => {
    const field = quoted?.replaceAll('""', '"') ?? plain
    const equals = field.indexOf('=')
    return equals === -1
      ? { key: field.toLowerCase(), value: 'true' }
      : { key: field.slice(0, equals).toLowerCase(), value: field.slice(equals + 1) }
  })
}

/** What the driver of a mount's volume gets, as `name=value`. */
function optionsOf(fields: ReturnType<typeof fieldsOf>): string[] {
  return fields.filter(({ key }) => key === 'volume-opt').map(({ value }) => value)
}

/** Of several fields with the same name the last counts. */
function readMount(fields: ReturnType<typeof fieldsOf>): Mount {
  const last = (...names: string[]) => fields.findLast(({ key }) => names.includes(key))?.value ?? ''
  const type = last('type') || 'volume'
  if (!/^(bind|volume|tmpfs|npipe|cluster|image)$/.test(type))
    refuse(`expected --mount with a type of bind, volume or tmpfs, found ${type}`)
  const option = (name: string) =>
    optionsOf(fields)
      .findLast((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? ''
  const host = type === 'volume' ? hostSource(option('device'), option('o')) : undefined
  return {
    kind: type === 'bind' || type === 'npipe' || host !== undefined ? 'bind' : type === 'tmpfs' ? 'tmpfs' : 'volume',
    source: host ?? last('source', 'src'),
    target: last('target', 'dst', 'destination'),
    readOnly: /^(true|1)$/.test(last('readonly', 'ro')),
    propagation: last('bind-propagation'),
  }
}

/** Zero means no limit. */
function limit(value: string | undefined): string | undefined {
  return value === undefined || limitOf(value) === '' ? undefined : value
}
