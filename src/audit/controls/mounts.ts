import { posix } from 'node:path'
import { isUnknown } from '../../formats/unknown-value.ts'
import type { Container, Fact, Mount } from '../container.ts'
import { eachOr, on, openTo, type Control, type Judgement } from '../control.ts'

/** Sockets that make anyone who can write to them root on the host: engines, their runtimes, and their Windows equivalents. */
const engineSocket =
  /(^|[/\\])((docker|docker[-.]raw|dockershim|cri-dockerd|containerd|containerd-debug|crio|cri-o|podman|buildkitd|frakti|balena|balena-engine|balenad|kubelet|k3s|microcontainerd)\.sock(\.ttrpc)?|(docker_engine|docker_engine_windows|containerd-containerd|podman-machine-default))$|(^|\/)(lxd|incus)\/.*unix\.socket(\.user)?$/i

/** Host directories that control the host. */
const sensitive = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/log',
  '/var/run',
  '/var/spool/cron',
]

/** For these, only the directory itself, not everything below it. */
const alone = new Set(['/home'])

/** Harmless host paths that many images use. */
const harmless = new Set(['/etc/localtime', '/etc/timezone'])

/** Directories in a user's home that hold credentials. */
const keyDirectory = /(^|\/)\.(ssh|aws|gnupg|kube|docker|azure|config\/gcloud)(\/|$)/

const isSocket = ({ value }: Fact<Mount>) =>
  value.kind === 'bind' && (engineSocket.test(value.source) || engineSocket.test(value.target))
const bindsOf = (container: Container) =>
  container.mounts.filter((mount) => mount.value.kind === 'bind' && !isSocket(mount))

function isSensitive({ value }: Fact<Mount>): boolean {
  const source = hostPath(value.source)
  if (harmless.has(source) && value.readOnly) return false
  if (/^[A-Za-z]:/.test(source))
    return /^[A-Za-z]:\/?$|^[A-Za-z]:\/(windows|users|program files|programdata)(\/|$)/i.test(source)
  if (keyDirectory.test(source)) return true
  if (source === '/') return true
  return sensitive.some(
    (directory) =>
      source === directory ||
      directory.startsWith(`${source}/`) ||
      (source.startsWith(`${directory}/`) && !alone.has(directory)),
  )
}

/** A host path in canonical form. One that climbs far enough ends at the root, wherever it starts. */
function hostPath(source: string): string {
  const slashes = source.replaceAll('\\', '/')
  if (/^[A-Za-z]:/.test(slashes)) return slashes
  const path = posix.normalize(slashes)
  const climbed = /^(?:\.\.\/){3,}(.*)$/.exec(path)
  return (climbed === null ? path : `/${climbed[1] ?? ''}`).replace(/\/$/, '') || '/'
}

/** Of a container that is not seen from here it takes whatever that one mounts. */
const takenMounts = (container: Container): Judgement[] =>
  container.mountsFrom.map((other) =>
    on(container, 'manual', `takes the mounts of ${other.value}, which is not seen from here`, other, other.value),
  )

const say = ({ value: { source, target, readOnly } }: Fact<Mount>) =>
  `${source} of the host on ${target}${readOnly ? ', read-only' : ''}`

export const hostDirectories: Control = {
  id: 'cis-5.6',
  title: 'No critical host directory is mounted',
  severity: 'critical',
  remedy: 'Mount a named volume, or copy what is needed into the image.',
  ofContainer: (container) =>
    eachOr(
      [
        ...bindsOf(container).flatMap((mount) =>
          isSensitive(mount)
            ? [on(container, 'fail', say(mount), mount, mount.value.source)]
            : isUnknown(mount.value.source.slice(0, 1))
              ? [openTo(container, say(mount), mount, mount.value.source)]
              : [],
        ),
        ...takenMounts(container),
      ],
      on(container, 'pass', 'no such mount'),
    ),
}

export const engineSockets: Control = {
  id: 'cis-5.32',
  title: "The engine's socket is not mounted",
  severity: 'critical',
  remedy:
    'Remove the mount: anyone who can write to the socket is root on the host, and read-only does not prevent that. Build images with a daemonless builder.',
  ofContainer: (container) =>
    eachOr(
      [
        ...container.mounts
          .filter(isSocket)
          .map((mount) => on(container, 'fail', say(mount), mount, mount.value.source)),
        ...bindsOf(container).flatMap((mount) => socketBelow(container, mount)),
        ...apiSocketOf(container),
        ...takenMounts(container),
      ],
      on(container, 'pass', 'no such mount'),
    ),
}

function apiSocketOf(container: Container): Judgement[] {
  const { apiSocket } = container
  if (apiSocket === undefined || apiSocket.value === false) return []
  return apiSocket.value === true
    ? [on(container, 'fail', "gets the engine's socket", apiSocket)]
    : [openTo(container, "possibly gets the engine's socket", apiSocket)]
}

/** Where engines put their sockets. */
const socketPaths = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/k3s/containerd/containerd.sock',
].flatMap((path) => [path, `/var${path}`])

/** A directory that contains the socket, or a path that a variable may turn into it. */
function socketBelow(container: Container, mount: Fact<Mount>): Judgement[] {
  const { source } = mount.value
  const path = hostPath(source).replace(/\/$/, '')
  if (socketPaths.some((socket) => socket.startsWith(`${path}/`)))
    return [on(container, 'fail', `${say(mount)}: the engine's socket is in it`, mount, source)]
  return isUnknown(path.slice(path.lastIndexOf('/') + 1)) ? [openTo(container, say(mount), mount, source)] : []
}

export const bindMounts: Control = {
  id: 'practice-bind-mount',
  title: 'Production mounts no other host directory',
  severity: 'medium',
  remedy: 'Copy code into the image; use named volumes for data, and configs or secrets for files.',
  ofContainer: (container) =>
    eachOr(
      [
        ...bindsOf(container)
          .filter((mount) => !isSensitive(mount) && !harmless.has(mount.value.source))
          .map((mount) => on(container, 'fail', say(mount), mount, mount.value.source)),
        ...takenMounts(container),
      ],
      on(container, 'pass', 'no such mount'),
    ),
}

export const mountPropagation: Control = {
  id: 'cis-5.20',
  title: 'Mounts made in the container do not propagate to the host',
  severity: 'medium',
  remedy: 'Leave the propagation private.',
  ofContainer: (container) =>
    eachOr(
      container.mounts
        .filter(({ value }) => /^r?shared$/.test(value.propagation) || isUnknown(value.propagation))
        .map((mount) => {
          const { target, propagation } = mount.value
          const found = `${target} is mounted ${propagation}`
          return isUnknown(propagation)
            ? openTo(container, found, mount, target)
            : on(container, 'fail', found, mount, target)
        }),
      on(container, 'pass', 'no shared propagation'),
    ),
}

export const readOnlyRoot: Control = {
  id: 'cis-5.13',
  title: 'The root file system is read-only',
  severity: 'medium',
  remedy:
    'Set read_only: true (readOnlyRootFilesystem in Kubernetes), with a tmpfs for each directory that must be writable.',
  ofContainer(container) {
    const { readOnly } = container
    if (readOnly?.value === 'unknown') return [openTo(container, 'possibly writable', readOnly)]
    return [
      on(
        container,
        readOnly?.value === true ? 'pass' : 'fail',
        readOnly?.value === true ? 'read-only' : 'the root file system is writable',
        readOnly,
      ),
    ]
  },
}

export const devices: Control = {
  id: 'cis-5.18',
  title: 'No host device is passed through',
  severity: 'high',
  remedy: 'Remove the device, or allow it by an exception that says why.',
  ofContainer: (container) =>
    eachOr(
      container.devices.map((device) => on(container, 'fail', `device ${device.value}`, device, device.value)),
      on(container, 'pass', 'no device'),
    ),
}
