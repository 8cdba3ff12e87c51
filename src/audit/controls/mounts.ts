import { posix } from 'node:path'
import type { Container, Fact, Mount } from '../container.ts'
import { eachOr, on, type Control } from '../control.ts'

/** Sockets by which whoever writes to them is root on the host. */
const engineSocket = /(^|\/)(docker|containerd|crio|podman|buildkitd|dockershim)\.sock$/

/** Directories of the host whose content decides what the host is. */
const sensitive = [
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/usr',
  '/bin',
  '/sbin',
  '/var/run',
  '/var/lib/docker',
  '/var/lib/kubelet',
  '/var/log',
]

/** What many images want of the host and what gives nothing away. */
const harmless = new Set(['/etc/localtime', '/etc/timezone'])

const isSocket = ({ value }: Fact<Mount>) =>
  value.kind === 'bind' && (engineSocket.test(value.source) || engineSocket.test(value.target))
const bindsOf = (container: Container) =>
  container.mounts.filter((mount) => mount.value.kind === 'bind' && !isSocket(mount))

function isSensitive({ value }: Fact<Mount>): boolean {
  const source = posix.normalize(value.source.replace(/\/+$/, '') || '/')
  if (harmless.has(source) && value.readOnly) return false
  return source === '/' || sensitive.some((directory) => source === directory || source.startsWith(`${directory}/`))
}

const say = ({ value: { source, target, readOnly } }: Fact<Mount>) =>
  `${source} of the host on ${target}${readOnly ? ', read-only' : ''}`

export const hostDirectories: Control = {
  id: 'cis-5.6',
  title: 'No directory that the host lives by is mounted',
  severity: 'critical',
  remedy: 'Mount a named volume, or copy what is needed into the image.',
  ofContainer: (container) =>
    eachOr(
      bindsOf(container)
        .filter(isSensitive)
        .map((mount) => on(container, 'fail', say(mount), mount, mount.value.source)),
      on(container, 'pass', 'no such mount'),
    ),
}

export const engineSockets: Control = {
  id: 'cis-5.32',
  title: "The engine's socket is not mounted",
  severity: 'critical',
  remedy:
    'Remove the mount: who can write to the socket is root on the host, and read-only changes nothing. Build images with a daemonless builder.',
  ofContainer: (container) =>
    eachOr(
      container.mounts.filter(isSocket).map((mount) => on(container, 'fail', say(mount), mount, mount.value.source)),
      on(container, 'pass', 'no such mount'),
    ),
}

export const bindMounts: Control = {
  id: 'practice-bind-mount',
  title: 'Production mounts no other directory of the host',
  severity: 'medium',
  remedy: 'Copy code into the image; use named volumes for data, and configs or secrets for files.',
  ofContainer: (container) =>
    eachOr(
      bindsOf(container)
        .filter((mount) => !isSensitive(mount) && !harmless.has(mount.value.source))
        .map((mount) => on(container, 'fail', say(mount), mount, mount.value.source)),
      on(container, 'pass', 'no such mount'),
    ),
}

export const mountPropagation: Control = {
  id: 'cis-5.20',
  title: 'What is mounted in the container stays in the container',
  severity: 'medium',
  remedy: 'Leave the propagation private.',
  ofContainer: (container) =>
    eachOr(
      container.mounts
        .filter(({ value }) => /^r?shared$/.test(value.propagation))
        .map((mount) =>
          on(
            container,
            'fail',
            `${mount.value.target} is mounted ${mount.value.propagation}`,
            mount,
            mount.value.target,
          ),
        ),
      on(container, 'pass', 'no shared propagation'),
    ),
}

export const readOnlyRoot: Control = {
  id: 'cis-5.13',
  title: 'The root file system is read-only',
  severity: 'medium',
  remedy: 'Set read_only: true (readOnlyRootFilesystem in Kubernetes), and a tmpfs where something must be written.',
  ofContainer(container) {
    const { readOnly } = container
    return [
      on(
        container,
        readOnly?.value === true ? 'pass' : 'fail',
        readOnly?.value === true ? 'read-only' : 'the root file system can be written to',
        readOnly,
      ),
    ]
  },
}

export const devices: Control = {
  id: 'cis-5.18',
  title: 'No device of the host is handed through',
  severity: 'high',
  remedy: 'Remove the device, or allow it by an exception that says why.',
  ofContainer: (container) =>
    eachOr(
      container.devices.map((device) => on(container, 'fail', `device ${device.value}`, device, device.value)),
      on(container, 'pass', 'no device'),
    ),
}
