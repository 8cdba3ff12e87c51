import { existsSync } from 'node:fs'
import type { Registry } from './registry.ts'

/** Where to find everything that an engine's container is made of. */
export interface EngineParts {
  /** Name of the container, and of the machine inside it. */
  name: string
  /** Root file system, the engine's own: it changes files in it. */
  root: string
  /** State that survives: caches of the engine. */
  state: string
  /** Directory on this machine in which `engine.sock` appears. */
  sockets: string
  /** The engine's configuration file. */
  configuration: string
  /** Compiled binaries by name: `dagger-engine`, `dagger-init`, `dial-stdio`, `dnsname`. */
  binaries: Record<string, string>
  /** The content store that holds the TypeScript runtime, and its manifest; undefined for an engine that runs no modules. */
  runtime: { content: string; manifest: string } | undefined
  /** What the engine may do: capabilities as runc names them. */
  capabilities: string[]
  /** The cache directory, so that the process says whose it is. */
  cacheRoot: string
}

/** Registries whose images are looked for on loopback first. */
const mirrored = ['docker.io', 'gcr.io', 'ghcr.io', 'quay.io', 'registry.k8s.io', 'public.ecr.aws']

/** Linux capabilities in the order of their numbers. */
const capabilityNames = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
]

const CERTIFICATES = '/usr/local/share/ca-certificates'

const proxyVariables = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'FTP_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'ftp_proxy',
  'all_proxy',
]

/**
 * The engine's own configuration (`engine.json`). References of the known public registries are looked for on loopback
 * first. Plain HTTP for every other registry on loopback is the engine's default. Nothing is pruned below 30 GB: the
 * engine's default policy removed fresh caches on disks that were four fifths full.
 */
export function engineConfiguration(registry: Registry): Record<string, unknown> {
  const address = `${registry.host}:${registry.port}`
  return {
    logLevel: 'info',
    gc: { policies: [{ all: true, reservedSpace: '30GB', maxUsedSpace: '60%', minFreeSpace: '5GB' }] },
    registries: {
      ...Object.fromEntries(mirrored.map((host) => [host, { mirrors: [address] }])),
      [address]: { http: true },
    },
  }
}

/**
 * The container of the engine (OCI runtime specification), for runc: on the network of this machine, so that it reaches registries on
 * loopback; with all of root's capabilities, because it creates containers itself; with the machine's certificates.
 */
export function engineBundle(parts: EngineParts, env: NodeJS.ProcessEnv): Record<string, unknown> {
  const { capabilities, runtime } = parts
  const certificates = existsSync(CERTIFICATES) ? [bind(CERTIFICATES, CERTIFICATES, 'ro')] : []
  return {
    ociVersion: '1.0.2',
    hostname: parts.name,
    root: { path: parts.root, readonly: false },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      cwd: '/',
      args: ['/usr/bin/tini', '--', '/usr/local/bin/dagger-engine'],
      env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `LOADLINE_CACHE=${parts.cacheRoot}`,
        ...(runtime === undefined ? [] : [`DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST=${runtime.manifest}`]),
        ...proxyEnvironment(env),
      ],
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
      },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      {
        destination: '/dev/shm',
        type: 'tmpfs',
        source: 'shm',
        options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
      },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev'] },
      bind('/sys/fs/cgroup', '/sys/fs/cgroup', 'rw'),
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
      { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=755'] },
      bind(parts.sockets, '/run/dagger', 'rw'),
      bind(parts.state, '/var/lib/dagger', 'rw'),
      bind(parts.configuration, '/etc/dagger/engine.json', 'ro'),
      ...(runtime === undefined ? [] : [bind(runtime.content, '/usr/local/share/dagger/content', 'ro')]),
      bind('/etc/resolv.conf', '/etc/resolv.conf', 'ro'),
      bind('/etc/hosts', '/etc/hosts', 'ro'),
      bind(binary(parts, 'dagger-engine'), '/usr/local/bin/dagger-engine', 'ro'),
      bind(binary(parts, 'dagger-init'), '/usr/local/bin/dagger-init', 'ro'),
      bind(binary(parts, 'dial-stdio'), '/usr/bin/dial-stdio', 'ro'),
      bind(binary(parts, 'dnsname'), '/opt/cni/bin/dnsname', 'ro'),
      ...certificates,
    ],
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }],
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    },
  }
}

/**
 * The effective capabilities in a text of `/proc/<pid>/status`. A process cannot grant a capability that it lacks: root in
 * micro-VMs and nested containers often lacks CAP_SYS_RESOURCE, and asking for it fails.
 */
export function effectiveCapabilities(status: string): string[] {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return capabilityNames.filter((_name, number) => (mask >> BigInt(number)) & 1n).map((name) => `CAP_${name}`)
}

/** The machine's proxy settings, which the engine passes on to what it runs; requests to loopback never use them. */
function proxyEnvironment(env: NodeJS.ProcessEnv): string[] {
  const set = proxyVariables.filter((name) => env[name] !== undefined && env[name] !== '')
  if (set.length === 0) return []
  const exempt = [env.NO_PROXY ?? env.no_proxy ?? '', '127.0.0.1', 'localhost'].filter((name) => name !== '').join(',')
  return [...set.map((name) => `${name}=${env[name]}`), `NO_PROXY=${exempt}`, `no_proxy=${exempt}`]
}

function binary(parts: EngineParts, name: string): string {
  const path = parts.binaries[name]
  if (path === undefined) throw new Error(`toolchain/go/binaries.json does not list ${name}, which the engine needs.`)
  return path
}

function bind(source: string, destination: string, mode: 'ro' | 'rw'): Record<string, unknown> {
  return { destination, type: 'bind', source, options: ['rbind', mode] }
}
