import type { ControlId } from '../policy/control-ids.ts'
import type { HealthCheck } from './judge-health-check.ts'
import type { Place } from './input/placed.ts'

/** A setting as a file states it, with its place. */
export interface Fact<T> extends Place {
  value: T
}

/** A yes or no that a file states; `unknown` if a variable with an unknown value decides. */
export type Truth = boolean | 'unknown'

/** First and last port; undefined if the engine chooses one. */
export type PortRange = [first: number, last: number] | 'unknown' | undefined

/** A container port that the host publishes. */
export interface PublishedPort {
  /** Empty for every interface of the host. */
  hostIp: string
  host: PortRange
  container: PortRange
  protocol: string
  written: string
}

export interface Mount {
  kind: 'bind' | 'volume' | 'tmpfs'
  /** For a bind mount without an absolute path: relative to the audited tree. */
  source: string
  target: string
  readOnly: boolean
  propagation: string
}

/** A variable for a container, its image or the image's build. */
export interface Variable {
  name: string
  value: string
  of: 'environment' | 'build argument' | 'image' | 'label' | 'log option' | 'volume option'
}

/** What runs in a container in addition to its own program. */
export interface Hook {
  what: string
  privileged: Truth
  user: string
}

/** Namespaces and networks that a container can share with its host. */
export type SharedNamespace = 'network' | 'pid' | 'ipc' | 'uts' | 'user' | 'cgroup'

/**
 * What a file says about one container, in whichever form: a service of a compose file, a container of a Kubernetes
 * manifest or of a task definition, a `docker run` line. An absent value was not stated, and the platform's default
 * applies. Texts can hold unknown values (`isUnknown`).
 */
export interface Container extends Place {
  platform: 'compose' | 'kubernetes' | 'ecs' | 'docker-run'
  /** Service, `Kind/name/container`, or the name of the line. */
  name: string
  /** Whether it is a job that ends by itself, for which no health check makes sense. */
  endsByItself: boolean
  /** Who decides omitted settings, if nothing else does: the object that a patch applies to, or a platform without such settings. */
  leftTo?: string
  /** The controls that this applies to; absent if it applies to all. */
  leftControls?: readonly ControlId[]
  image?: Fact<string>
  command: Fact<string>[]
  user?: Fact<string>
  /** Kubernetes: the kubelet refuses root. */
  refusesRoot?: Fact<Truth>
  privileged?: Fact<Truth>
  /** Other settings that give it the host's privileges: a HostProcess, an unmasked /proc. */
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
  /** Networks that it joins; absent if the platform's default applies. */
  networks?: Fact<string[]>
  ports: Fact<PublishedPort>[]
  /** True for `docker run -P`. */
  publishesAll?: Fact<Truth>
  exposed: Fact<string>[]
  mounts: Fact<Mount>[]
  /** Containers whose mounts it takes, and which are not seen from here. */
  mountsFrom: Fact<string>[]
  /** The engine's socket, given without a mount. */
  apiSocket?: Fact<Truth>
  devices: Fact<string>[]
  sysctls: Fact<string>[]
  ulimits: Fact<string>[]
  cgroupParent?: Fact<string>
  /** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:N`. */
  restart?: Fact<string>
  healthCheck?: Fact<HealthCheck | 'disabled'>
  environment: Fact<Variable>[]
  hooks: Fact<Hook>[]
  /** Commands that run in it in addition to its own: health checks, hooks. A single word is a line for a shell. */
  sideCommands: Fact<string[]>[]
  /** Texts that the deployment itself writes into its files. */
  writtenTexts: Fact<string>[]
  /** Compose: the `version` of its file, which is obsolete. */
  fileVersion?: Fact<string>
}

/** What a manifest gives to containers that others start: a ConfigMap. */
export interface Configuration extends Place {
  /** `ConfigMap/name`. */
  name: string
  entries: Fact<{ name: string; value: string }>[]
}

/** A container about which nothing is stated yet. */
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
