import { parse } from 'shell-quote'
import { DeliveryError } from '../../model/errors.ts'
import { closest } from '../../policy/closest.ts'
import { emptyContainer, type Container, type Fact, type Mount } from '../container.ts'
import { capability } from './compose.ts'
import { readPort, readSecurityOption, readVolume } from './written-forms.ts'

/** Flags of `docker run` that take no value (Docker CLI reference, `docker container run`). */
const switches = [
  'detach',
  'disable-content-trust',
  'help',
  'init',
  'interactive',
  'no-healthcheck',
  'oom-kill-disable',
  'privileged',
  'publish-all',
  'quiet',
  'read-only',
  'rm',
  'sig-proxy',
  'tty',
  'use-api-socket',
]

/** Flags that take one. */
const valued = [
  'add-host',
  'annotation',
  'attach',
  'blkio-weight',
  'blkio-weight-device',
  'cap-add',
  'cap-drop',
  'cgroup-parent',
  'cgroupns',
  'cidfile',
  'cpu-count',
  'cpu-percent',
  'cpu-period',
  'cpu-quota',
  'cpu-rt-period',
  'cpu-rt-runtime',
  'cpu-shares',
  'cpus',
  'cpuset-cpus',
  'cpuset-mems',
  'detach-keys',
  'device',
  'device-cgroup-rule',
  'device-read-bps',
  'device-read-iops',
  'device-write-bps',
  'device-write-iops',
  'dns',
  'dns-opt',
  'dns-option',
  'dns-search',
  'domainname',
  'entrypoint',
  'env',
  'env-file',
  'expose',
  'gpus',
  'group-add',
  'health-cmd',
  'health-interval',
  'health-retries',
  'health-start-interval',
  'health-start-period',
  'health-timeout',
  'hostname',
  'io-maxbandwidth',
  'io-maxiops',
  'ip',
  'ip6',
  'ipc',
  'isolation',
  'kernel-memory',
  'label',
  'label-file',
  'link',
  'link-local-ip',
  'log-driver',
  'log-opt',
  'mac-address',
  'memory',
  'memory-reservation',
  'memory-swap',
  'memory-swappiness',
  'mount',
  'name',
  'net',
  'net-alias',
  'network',
  'network-alias',
  'oom-score-adj',
  'pid',
  'pids-limit',
  'platform',
  'publish',
  'pull',
  'restart',
  'runtime',
  'security-opt',
  'shm-size',
  'stop-signal',
  'stop-timeout',
  'storage-opt',
  'sysctl',
  'tmpfs',
  'ulimit',
  'user',
  'userns',
  'uts',
  'volume',
  'volume-driver',
  'volumes-from',
  'workdir',
]

const shorts: Readonly<Record<string, string>> = {
  a: 'attach',
  c: 'cpu-shares',
  d: 'detach',
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  p: 'publish',
  P: 'publish-all',
  q: 'quiet',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
}

/** Other names of the same flag. */
const aliases: Readonly<Record<string, string>> = {
  net: 'network',
  'net-alias': 'network-alias',
  'dns-opt': 'dns-option',
}

const longest = 100_000

/** What stands for the file in reports: a line has none. */
export const dockerRunPath = 'docker-run'

/** Reads a `docker run` line as a shell and Docker would. Throws `USAGE` for a flag that Docker does not know, a shell operator or variable, and an open quote. */
export function readDockerRun(text: string): Container {
  const { flags, image, command } = flagsOf(wordsOf(text))
  const fact = <T>(value: T): Fact<T> => ({ value, path: dockerRunPath, line: 1 })
  const all = (name: string) => flags.filter((flag) => flag.name === name).map(({ value }) => value)
  const last = (name: string) => all(name).at(-1)
  const isOn = (name: string) => last(name) === 'true'
  const one = <K extends string>(key: K, value: string | undefined) =>
    (value === undefined ? {} : { [key]: fact(value) }) as { [key in K]?: Fact<string> }
  const options = all('security-opt').map(readSecurityOption)
  const option = (name: string) => options.findLast((entry) => entry.name === name)?.value
  const noNew = option('no-new-privileges')
  const network = last('network')
  return {
    ...emptyContainer({ platform: 'docker-run', name: last('name') ?? image, path: dockerRunPath, line: 1 }),
    endsByItself: isOn('rm') && !isOn('detach'),
    image: fact(image),
    command: [...all('entrypoint'), ...command].map(fact),
    ...one('user', last('user')),
    ...(last('privileged') === undefined ? {} : { privileged: fact(isOn('privileged')) }),
    ...(last('read-only') === undefined ? {} : { readOnly: fact(isOn('read-only')) }),
    ...(noNew === undefined ? {} : { noNewPrivileges: fact(noNew !== 'false') }),
    ...one('seccomp', option('seccomp')),
    ...one('apparmor', option('apparmor')),
    ...one('selinux', option('label')),
    ...one('memory', limit(last('memory'))),
    ...one('cpu', limit(last('cpus') ?? last('cpu-quota') ?? last('cpu-shares') ?? last('cpuset-cpus'))),
    ...one('pids', last('pids-limit')),
    ...one('cgroupParent', last('cgroup-parent')),
    ...one('restart', last('restart')),
    ...(isOn('no-healthcheck') || last('health-cmd') === 'none'
      ? { healthCheck: fact('disabled' as const) }
      : last('health-cmd') === undefined
        ? {}
        : { healthCheck: fact('set' as const) }),
    ...(network === undefined || network === 'host' || network.startsWith('container:')
      ? {}
      : { networks: fact(all('network')) }),
    ...(isOn('publish-all') ? { publishesAll: fact(true) } : {}),
    namespaces: {
      ...one('network', network),
      ...one('pid', last('pid')),
      ...one('ipc', last('ipc')),
      ...one('uts', last('uts')),
      ...one('user', last('userns')),
      ...one('cgroup', last('cgroupns')),
    },
    capAdd: all('cap-add')
      .flatMap((value) => value.split(','))
      .map((value) => fact(capability(value))),
    capDrop: all('cap-drop')
      .flatMap((value) => value.split(','))
      .map((value) => fact(capability(value))),
    ports: all('publish').map((written) =>
      fact(readPort(written) ?? refuse(`wanted a port as [ip:][host:]container, found --publish ${written}`)),
    ),
    exposed: all('expose').map(fact),
    mounts: [
      ...all('volume').map(readVolume),
      ...all('mount').map(readMount),
      ...all('tmpfs').map((written): Mount => ({
        kind: 'tmpfs',
        source: '',
        target: written.split(':')[0] ?? '',
        readOnly: false,
        propagation: '',
      })),
    ].map(fact),
    devices: all('device').map(fact),
    ulimits: all('ulimit').map(fact),
    environment: all('env')
      .filter((written) => written.includes('='))
      .map((written) =>
        fact({ name: written.slice(0, written.indexOf('=')), value: written.slice(written.indexOf('=') + 1) }),
      ),
  }
}

function wordsOf(text: string): string[] {
  if (text.length > longest) refuse(`wanted a line of at most ${longest} characters, found ${text.length}`)
  const line = text.trim().replaceAll(/\\\r?\n/g, ' ')
  if (/[\n\r]/.test(line)) refuse('wanted one docker run line, found several; end a line that goes on with a backslash')
  if (hasOpenQuote(line)) refuse('a quote is opened and never closed')
  return parse(line, (name) => ({ op: `$${name}` })).map((word) => {
    if (typeof word === 'string') return word
    if ('comment' in word) return refuse(`wanted a docker run line, found the comment #${word.comment}`)
    if ('pattern' in word) return word.pattern
    return word.op.startsWith('$')
      ? refuse(`nobody here knows the value of ${word.op}; write it out`)
      : refuse(`wanted one docker run line, found the shell operator ${word.op}`)
  })
}

/** The parser takes an open quote for a letter; a shell waits for its end. */
function hasOpenQuote(line: string): boolean {
  return line.replaceAll(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, '').search(/['"]/) !== -1
}

/** The flags before the image, the image and what follows it. A switch has the value "true" or "false". */
function flagsOf(words: readonly string[]): {
  flags: Array<{ name: string; value: string }>
  image: string
  command: string[]
} {
  const start = words[0] === 'docker' && words[1] === 'container' ? 2 : 1
  if (!/^(docker|podman|nerdctl)$/.test(words[0] ?? '') || !/^(run|create)$/.test(words[start] ?? ''))
    refuse(`wanted a line that begins with "docker run", found ${JSON.stringify(words.slice(0, 2).join(' '))}`)
  const rest = words.slice(start + 1)
  const flags: Array<{ name: string; value: string }> = []
  const next = (flag: string) => rest.shift() ?? refuse(`${flag} wants a value, and the line ends there`)
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
    // Short flags can stand together; the first that takes a value takes the rest of the word.
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
  return { flags, image: image ?? refuse('the line names no image'), command }
}

function switchValue(word: string, given: string | undefined): string {
  if (given === undefined || /^(1|t|true)$/i.test(given)) return 'true'
  return /^(0|f|false)$/i.test(given) ? 'false' : refuse(`wanted true or false, found ${word}`)
}

function refuseFlag(flag: string, known: readonly string[]): never {
  const near = closest(flag.replace(/^-+/, ''), known)
  return refuse(`docker run has no flag ${flag}${near === undefined ? '' : `; did you mean --${near}?`}`)
}

function refuse(message: string): never {
  throw new DeliveryError(
    'USAGE',
    `--docker-run: ${message}`,
    "Give the whole line as one argument, in single quotes, e.g. --docker-run 'docker run --read-only app:1.0.0'.",
  )
}

/** `type=bind,source=...,target=...,readonly` of --mount. */
function readMount(written: string): Mount {
  const fields = new Map(
    written
      .split(',')
      .map(
        (field) =>
          [field.split('=', 1)[0] ?? '', field.includes('=') ? field.slice(field.indexOf('=') + 1) : 'true'] as const,
      ),
  )
  const first = (...names: string[]) => names.map((name) => fields.get(name)).find((value) => value !== undefined) ?? ''
  const type = first('type') || 'volume'
  if (!/^(bind|volume|tmpfs|npipe|cluster|image)$/.test(type))
    refuse(`wanted --mount with a type of bind, volume or tmpfs, found ${written}`)
  return {
    kind: type === 'bind' || type === 'npipe' ? 'bind' : type === 'tmpfs' ? 'tmpfs' : 'volume',
    source: first('source', 'src'),
    target: first('target', 'dst', 'destination'),
    readOnly: /^(true|1)$/.test(first('readonly', 'ro')),
    propagation: first('bind-propagation'),
  }
}

/** Zero is no limit. */
function limit(value: string | undefined): string | undefined {
  return value !== undefined && /^0+(\.0+)?[a-z]*$/i.test(value) ? undefined : value
}
