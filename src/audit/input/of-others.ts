import type { Container, Fact, Mount, SharedNamespace } from '../container.ts'

/**
 * The containers of one project or task, each with what it takes from others of them: their mounts, which are those of `mountsFrom` by its name, and the namespaces of the host where
 * it lives in those of one that has them. A container that is not among them stays in `mountsFrom`: nobody sees from here what it mounts.
 */
export function withOthers(
  containers: readonly Container[],
  mountsFrom: ReadonlyMap<string, readonly Fact<string>[]>,
): Container[] {
  const known = new Map(containers.map((container) => [container.name, container]))
  return containers.map((container) => {
    const { mounts, unseen } = mountsOf(container, known, mountsFrom, new Set())
    return {
      ...container,
      mounts,
      mountsFrom: [...container.mountsFrom, ...unseen],
      namespaces: hostThrough(container, known),
    }
  })
}

/** Its own mounts and, as engines do it, those of every container on the way. */
function mountsOf(
  container: Container,
  known: ReadonlyMap<string, Container>,
  mountsFrom: ReadonlyMap<string, readonly Fact<string>[]>,
  trail: Set<string>,
): { mounts: Fact<Mount>[]; unseen: Fact<string>[] } {
  trail.add(container.name)
  const mounts = [...container.mounts]
  const unseen: Fact<string>[] = []
  for (const named of mountsFrom.get(container.name) ?? []) {
    const other = known.get(named.value)
    if (other === undefined) unseen.push(named)
    else if (!trail.has(other.name)) {
      const taken = mountsOf(other, known, mountsFrom, trail)
      mounts.push(...taken.mounts)
      unseen.push(...taken.unseen)
    }
  }
  return { mounts, unseen }
}

/** `service:db` where db shares that namespace with the host. */
function hostThrough(container: Container, known: ReadonlyMap<string, Container>): Container['namespaces'] {
  return Object.fromEntries(
    Object.entries(container.namespaces).map(([namespace, shared]) => {
      const isHost = endOf(shared.value, namespace as SharedNamespace, known) === 'host'
      return [namespace, isHost ? { ...shared, value: 'host' } : shared]
    }),
  )
}

function endOf(value: string, namespace: SharedNamespace, known: ReadonlyMap<string, Container>): string {
  let at = value
  // As many steps as there are containers: whoever goes round in a circle shares nothing with the host.
  for (const _ of known) {
    if (!at.startsWith('service:')) return at
    at = known.get(at.slice('service:'.length))?.namespaces[namespace]?.value ?? ''
  }
  return at
}
