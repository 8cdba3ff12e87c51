import type { Container, Fact, Mount, SharedNamespace, Variable } from '../container.ts'

/**
 * The containers of one project or task, each with what it takes from others of them: their mounts, which are those of `mountsFrom` by its name, and the namespaces of the host where
 * it lives in those of one that has them. A container that is not among them stays in `mountsFrom`: its mounts are unknown here.
 */
export function withOthers(
  containers: readonly Container[],
  mountsFrom: ReadonlyMap<string, readonly Fact<string>[]>,
): Container[] {
  const known = new Map(containers.map((container) => [container.name, container]))
  const endOf = namespaceEnds(known)
  return containers.map((container) => {
    const { mounts, unseen } = mountsOf(container, known, mountsFrom)
    return {
      ...container,
      mounts,
      mountsFrom: [...container.mountsFrom, ...unseen],
      namespaces: hostThrough(container, endOf),
    }
  })
}

/** Containers with what the drivers of their volumes get, by the volume's name; of a volume that several mount, the first has it. */
export function withVolumeOptions(
  containers: readonly Container[],
  options: ReadonlyMap<string, readonly Fact<Variable>[]>,
): Container[] {
  const left = new Map(options)
  return containers.map((container) => {
    const own = container.mounts.flatMap(({ value: { kind, source } }) => {
      const given = kind === 'volume' ? (left.get(source) ?? []) : []
      left.delete(source)
      return given
    })
    return own.length === 0 ? container : { ...container, environment: [...container.environment, ...own] }
  })
}

/**
 * The most containers whose mounts one container takes, and the most that these state of mounts. Each of a file's
 * containers may take from all others, so the whole would grow with their square. Anything beyond these counts as unknown.
 */
const [mostContainers, mostStated] = [100, 1_000]

/** Its own mounts and, as engines do it, those of every container on the way. */
function mountsOf(
  container: Container,
  known: ReadonlyMap<string, Container>,
  mountsFrom: ReadonlyMap<string, readonly Fact<string>[]>,
): { mounts: Fact<Mount>[]; unseen: Fact<string>[] } {
  const reached = new Set([container])
  const unseen: Fact<string>[] = []
  let taken = 0
  // A loop over a set visits what is added meanwhile, and each container once, even if they take from each other in a circle.
  for (const { name } of reached)
    for (const named of mountsFrom.get(name) ?? []) {
      const other = known.get(named.value)
      if (other !== undefined && (other.name === container.name || reached.has(other))) continue
      const stated = other === undefined ? 0 : other.mounts.length + (mountsFrom.get(other.name)?.length ?? 0)
      if (other === undefined || reached.size > mostContainers || taken + stated > mostStated) {
        unseen.push(named)
        continue
      }
      taken += stated
      reached.add(other)
    }
  return { mounts: [...reached].flatMap(({ mounts }) => mounts), unseen }
}

type EndOf = (value: string, namespace: SharedNamespace) => string

/** `service:db` if db shares that namespace with the host. */
function hostThrough(container: Container, endOf: EndOf): Container['namespaces'] {
  return Object.fromEntries(
    Object.entries(container.namespaces).map(([namespace, shared]) => {
      const isHost = endOf(shared.value, namespace as SharedNamespace) === 'host'
      return [namespace, isHost ? { ...shared, value: 'host' } : shared]
    }),
  )
}

/** Follows `service:` to the end; empty for a circle, whose containers share nothing with the host. Each step is looked up once for all containers. */
function namespaceEnds(known: ReadonlyMap<string, Container>): EndOf {
  const ends = new Map<string, string>()
  return (value, namespace) => {
    const passed = new Set<string>()
    let at = value
    while (at.startsWith('service:') && !passed.has(at)) {
      passed.add(at)
      at = ends.get(`${namespace} ${at}`) ?? known.get(at.slice('service:'.length))?.namespaces[namespace]?.value ?? ''
    }
    const end = passed.has(at) ? '' : at
    for (const step of passed) ends.set(`${namespace} ${step}`, end)
    return end
  }
}
