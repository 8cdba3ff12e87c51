import type { ControlId } from '../policy/control-ids.ts'
import type { Place } from './input/placed.ts'

/** A setting as a file states it, with its place. */
export interface Fact<T> extends Place {
  value: T
}

/** A yes or no that a file states; `unknown` where a variable decides that nobody here knows. */
export type Truth = boolean | 'unknown'

/** First and last port; undefined where the engine chooses one. */
export type PortRange = [first: number, last: number] | 'unknown' | undefined

/** A port of the container that the host opens. */
export interface PublishedPort {
  /** Empty where every interface of the host is meant. */
  hostIp: string
  host: PortRange
  container: PortRange
  protocol: string
  written: string
}

export interface Mount {
  kind: 'bind' | 'volume' | 'tmpfs'
  /** Of a bind mount that is no absolute path: relative to what is audited. */
  source: string
  target: string
  readOnly: boolean
  propagation: string
}

/** A variable that a container, its image or the build of it gets. */
export interface Variable {
  name: string
  value: string
  of: 'environment' | 'build argument' | 'image' | 'argument'
}

/** What runs in a container beside its own program. */
export interface Hook {
  what: string
  privileged: Truth
  user: string
}

/** Namespaces and networks that a container can share with its host. */
export type SharedNamespace = 'network' | 'pid' | 'ipc' | 'uts' | 'user' | 'cgroup'

/**
 * What a file says of one container, whichever form it has: a service of a compose file, a container of a Kubernetes manifest or of a task definition, a `docker run` line.
 * What is absent was not said, and the platform's default applies. Texts can hold values that nobody here knows (`isUnknown`).
 */
export interface Container extends Place {
  platform: 'compose' | 'kubernetes' | 'ecs' | 'docker-run'
  /** Service, `Kind/name/container`, or the name of the line. */
  name: string
  /** True for work that ends by itself, for which no health check makes sense. */
  endsByItself: boolean
  /** Who decides what is left out, where nothing else does: what a patch is laid over, or a platform that takes no such setting. */
  leftTo?: string
  /** The controls for which that holds; absent where it holds for all. */
  leftControls?: readonly ControlId[]
  image?: Fact<string>
  command: Fact<string>[]
  user?: Fact<string>
  /** Kubernetes: the kubelet refuses root. */
  refusesRoot?: Fact<Truth>
  privileged?: Fact<Truth>
  /** Other words by which it has the rights of the host: a HostProcess, an unmasked /proc. */
  escapes: Fact<string>[]
  capAdd: Fact<string>[]
  capDrop: Fact<string>[]
  readOnly?: Fact<Truth>
  noNewPrivileges?: Fact<Truth>
  /** `unconfined`, or the name of the profile. */
  seccomp?: Fact<string>
  apparmor?: Fact<string>
  /** Labels: `disable`, or `type:...`, `user:...`, `role:...`. */
  selinux: Fact<string>[]
  memory?: Fact<string>
  cpu?: Fact<string>
  pids?: Fact<string>
  /** Namespace -> what it is set to: `host`, `container:...`. */
  namespaces: Partial<Record<SharedNamespace, Fact<string>>>
  /** Networks that it joins; absent where the platform's default applies. */
  networks?: Fact<string[]>
  ports: Fact<PublishedPort>[]
  /** True for `docker run -P`. */
  publishesAll?: Fact<Truth>
  exposed: Fact<string>[]
  mounts: Fact<Mount>[]
  /** Containers whose mounts it takes, and which are not seen from here. */
  mountsFrom: Fact<string>[]
  /** The engine's socket without a mount of its own. */
  apiSocket?: Fact<Truth>
  devices: Fact<string>[]
  sysctls: Fact<string>[]
  ulimits: Fact<string>[]
  cgroupParent?: Fact<string>
  /** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:N`. */
  restart?: Fact<string>
  healthCheck?: Fact<'set' | 'disabled' | 'unknown'>
  environment: Fact<Variable>[]
  hooks: Fact<Hook>[]
  /** Commands that run in it beside its own: health checks, hooks. A single word is a line for a shell. */
  sideCommands: Fact<string[]>[]
  /** Texts that the deployment itself writes into files of it. */
  writtenTexts: Fact<string>[]
  /** Compose: the `version` of its file, which means nothing any more. */
  fileVersion?: Fact<string>
}

/** A container of which nothing is said yet. */
export function emptyContainer(about: Pick<Container, 'platform' | 'name' | 'path' | 'line'>): Container {
  return {
    ...about,
    endsByItself: false,
    command: [],
    escapes: [],
    capAdd: [],
    capDrop: [],
    selinux: [],
    namespaces: {},
    ports: [],
    exposed: [],
    mounts: [],
    mountsFrom: [],
    devices: [],
    sysctls: [],
    ulimits: [],
    environment: [],
    hooks: [],
    sideCommands: [],
    writtenTexts: [],
  }
}
