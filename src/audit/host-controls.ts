/** A benchmark control about the host, its daemon or its Swarm: no audited file shows it. */
export interface HostControl {
  id: `cis-${string}`
  title: string
}

/** Titles of a section's controls by the last part of their number, from 1. */
function section(number: string, titles: readonly string[]): HostControl[] {
  return titles.map((title, index) => ({ id: `cis-${number}.${index + 1}`, title }))
}

const audited = [
  '/run/containerd',
  '/var/lib/docker',
  '/etc/docker',
  'docker.service',
  'containerd.sock',
  'docker.socket',
  '/etc/default/docker',
  '/etc/docker/daemon.json',
  '/etc/containerd/config.toml',
  '/etc/sysconfig/docker',
  '/usr/bin/containerd',
  '/usr/bin/containerd-shim',
  '/usr/bin/containerd-shim-runc-v1',
  '/usr/bin/containerd-shim-runc-v2',
  '/usr/bin/runc',
]

/** The daemon's files with their owner and the most permissive mode allowed. */
const files: ReadonlyArray<readonly [file: string, owner: string, mode: string]> = [
  ['docker.service', 'root:root', '644'],
  ['docker.socket', 'root:root', '644'],
  ['/etc/docker', 'root:root', '755'],
  ['certificates of registries', 'root:root', '444'],
  ["the authority's TLS certificate", 'root:root', '444'],
  ["the daemon's TLS certificate", 'root:root', '444'],
  ["the key of the daemon's certificate", 'root:root', '400'],
  ["the daemon's socket", 'root:docker', '660'],
  ['daemon.json', 'root:root', '644'],
  ['/etc/default/docker', 'root:root', '644'],
  ['/etc/sysconfig/docker', 'root:root', '644'],
  ["containerd's socket", 'root:root', '660'],
]

/** Sections 1, 2, 3, 6 and 7 of the CIS Docker Benchmark 1.6.0, in our own words. */
export const hostControls: readonly HostControl[] = [
  ...section('1.1', [
    'Containers have a separate partition',
    'Only trusted users control the daemon',
    'The daemon is audited',
    ...audited.map((file) => `${file} is audited`),
  ]),
  ...section('1.2', ['The host is hardened', 'Docker is up to date']),
  ...section('2', [
    'The daemon runs without root if possible',
    'Containers on the default bridge do not reach each other',
    'The daemon logs at the level info',
    'The daemon may change iptables',
    'No registry is used without TLS',
    'The storage driver is not aufs',
    'The daemon asks its clients for TLS certificates',
    'Default ulimits are set deliberately',
    'User namespaces are on',
    'The default control group is left as it is',
    'The base size of devices is left as it is',
    'A plugin authorises client requests to the daemon',
    'Logs are collected centrally',
    'Containers gain no new privileges by default',
    'Containers keep running while the daemon restarts (live restore)',
    'The userland proxy is off',
    'A custom seccomp profile is applied where one is needed',
    'Experimental features are off in production',
  ]),
  // For most files the benchmark lists the owner first, for one the mode.
  ...section(
    '3',
    files.flatMap(([file, owner, mode]) => {
      const titles = [`The owner of ${file} is ${owner}`, `The mode of ${file} is at most ${mode}`]
      return file === '/etc/sysconfig/docker' ? titles.toReversed() : titles
    }),
  ),
  ...section('6', ['Unused images are removed', 'Unused containers are removed']),
  ...section('7', [
    'The swarm has no more managers than it needs',
    'Swarm services are bound to one interface',
    'Overlay networks are encrypted',
    "Secrets are managed with Docker's own commands",
    'Managers are locked after a restart',
    'The key that unlocks managers is rotated regularly',
    'Node certificates are rotated',
    'CA certificates are rotated',
    'Management traffic is separate from data traffic',
  ]),
]
