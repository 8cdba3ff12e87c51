import type { Place } from './input/placed.ts'

/** A setting as a file states it, with its place. */
export interface Fact<T> extends Place {
  value: T
}

/** A port of the container that the host opens. */
export interface PublishedPort {
  /** Empty where every interface of the host is meant. */
  hostIp: string
  /** First and last port of the host; undefined where the engine chooses one. */
  host: [first: number, last: number] | undefined
  container: [first: number, last: number] | undefined
  written: string
}

export interface Mount {
  kind: 'bind' | 'volume' | 'tmpfs'
  source: string
  target: string
  readOnly: boolean
  propagation: string
}

/** Namespaces and networks that a container can share with its host. */
export type SharedNamespace = 'network' | 'pid' | 'ipc' | 'uts' | 'user' | 'cgroup'

/**
 * What a file says of one container, whichever form it has: a service of a compose file, a container of a Kubernetes manifest, a `docker run` line.
 * What is absent was not said, and the platform's default applies.
 */
export interface Container extends Place {
  platform: 'compose' | 'kubernetes' | 'docker-run'
  /** Service, `Kind/name/container`, or the name of the line. */
  name: string
  /** True for work that ends by itself, for which no health check makes sense. */
  endsByItself: boolean
  image?: Fact<string>
  command: Fact<string>[]
  user?: Fact<string>
  /** Kubernetes: the kubelet refuses root. */
  refusesRoot?: Fact<boolean>
  privileged?: Fact<boolean>
  capAdd: Fact<string>[]
  capDrop: Fact<string>[]
  readOnly?: Fact<boolean>
  noNewPrivileges?: Fact<boolean>
  /** `unconfined`, or the name of the profile. */
  seccomp?: Fact<string>
  apparmor?: Fact<string>
  /** `disable`, or a label. */
  selinux?: Fact<string>
  memory?: Fact<string>
  cpu?: Fact<string>
  pids?: Fact<string>
  /** Namespace -> what it is set to: `host`, `container:...`. */
  namespaces: Partial<Record<SharedNamespace, Fact<string>>>
  /** Networks that it joins; absent where the platform's default applies. */
  networks?: Fact<string[]>
  ports: Fact<PublishedPort>[]
  /** True for `docker run -P`. */
  publishesAll?: Fact<boolean>
  exposed: Fact<string>[]
  mounts: Fact<Mount>[]
  devices: Fact<string>[]
  ulimits: Fact<string>[]
  cgroupParent?: Fact<string>
  /** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:N`. */
  restart?: Fact<string>
  healthCheck?: Fact<'set' | 'disabled'>
  environment: Fact<{ name: string; value: string }>[]
}

/** A container of which nothing is said yet. */
export function emptyContainer(about: Pick<Container, 'platform' | 'name' | 'path' | 'line'>): Container {
  return {
    ...about,
    endsByItself: false,
    command: [],
    capAdd: [],
    capDrop: [],
    namespaces: {},
    ports: [],
    exposed: [],
    mounts: [],
    devices: [],
    ulimits: [],
    environment: [],
  }
}
