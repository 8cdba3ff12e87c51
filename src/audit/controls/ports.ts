import type { Container } from '../container.ts'
import { eachOr, on, type Control } from '../control.ts'

export const sshServer: Control = {
  id: 'cis-5.7',
  title: 'No SSH server runs in the container',
  severity: 'medium',
  remedy: 'Remove it; look into a container with docker exec or kubectl debug.',
  ofContainer(container, run) {
    const daemon = container.command.find(({ value }) => /(^|[\s/])(sshd|dropbear)\b/.test(value))
    if (daemon !== undefined) return [on(container, 'fail', `starts ${daemon.value.slice(0, 80)}`, daemon)]
    const port =
      container.ports.find(({ value }) => within(22, value.container)) ??
      container.exposed.find(({ value }) => /^22(\/|$)/.test(value))
    if (port !== undefined) return [on(container, 'fail', 'opens port 22', port)]
    const judged = run?.verdict?.results.find(({ rule }) => rule === 'ssh-server')
    return [
      on(
        container,
        judged?.status === 'passed' ? 'pass' : 'manual',
        judged?.status === 'passed'
          ? 'the image has no SSH server (rule ssh-server)'
          : 'none is seen from here; the image may start one (rule ssh-server)',
      ),
    ]
  },
}

export const privilegedPorts: Control = {
  id: 'cis-5.8',
  title: 'No port of the host below 1024 is taken',
  severity: 'low',
  remedy: 'Publish a port of 1024 or above, behind the reverse proxy or load balancer that owns 80 and 443.',
  ofContainer: (container) =>
    eachOr(
      container.ports
        .filter(({ value }) => value.host !== undefined && value.host[0] > 0 && value.host[0] < 1024)
        .map((port) => on(container, 'fail', `publishes ${port.value.written}`, port, port.value.written)),
      on(container, 'pass', 'no such port'),
    ),
}

export const neededPorts: Control = {
  id: 'cis-5.9',
  title: 'Only ports that are needed are open',
  severity: 'medium',
  remedy: 'Publish each port by its number, and only those that somebody outside must reach.',
  ofContainer(container) {
    if (container.publishesAll !== undefined)
      return [on(container, 'fail', 'publishes whatever the image exposes', container.publishesAll)]
    const [first] = container.ports
    if (first === undefined) return [on(container, 'pass', 'publishes nothing')]
    return [
      on(
        container,
        'manual',
        `publishes ${container.ports.map(({ value }) => value.written).join(', ')}; say whether each is needed`,
        first,
      ),
    ]
  },
}

export const hostInterface: Control = {
  id: 'cis-5.14',
  title: 'Published ports are bound to one interface of the host',
  severity: 'medium',
  remedy: 'Write the address: 127.0.0.1:8080:8080.',
  ofContainer(container) {
    if (container.ports.length === 0) return [on(container, 'not-applicable', 'publishes nothing')]
    return eachOr(
      container.ports
        .filter(({ value }) => /^(|0\.0\.0\.0|::|\*)$/.test(value.hostIp))
        .map((port) =>
          on(container, 'fail', `publishes ${port.value.written} on every interface`, port, port.value.written),
        ),
      on(container, 'pass', container.ports.map(({ value }) => value.written).join(', '), container.ports[0]),
    )
  },
}

/** Ports by which databases, queues and caches are known. */
const databases: Readonly<Record<number, string>> = {
  1433: 'SQL Server',
  1521: 'Oracle',
  3306: 'MySQL',
  5432: 'PostgreSQL',
  5984: 'CouchDB',
  6379: 'Redis',
  7474: 'Neo4j',
  7687: 'Neo4j',
  8086: 'InfluxDB',
  9042: 'Cassandra',
  9200: 'Elasticsearch',
  9300: 'Elasticsearch',
  11211: 'Memcached',
  26257: 'CockroachDB',
  27017: 'MongoDB',
  50000: 'Db2',
}

export const databasePorts: Control = {
  id: 'practice-database-port',
  title: 'No database is reachable from outside of its network',
  severity: 'high',
  remedy:
    'Remove the published port: services reach the database over their common network, and people by docker compose exec or kubectl port-forward.',
  ofContainer: (container) => eachOr(published(container), on(container, 'pass', 'no such port')),
}

function published(container: Container) {
  return container.ports.flatMap((port) => {
    const name = Object.entries(databases).find(([number]) => within(Number(number), port.value.container))?.[1]
    return name === undefined
      ? []
      : [on(container, 'fail', `publishes ${port.value.written} (${name})`, port, port.value.written)]
  })
}

function within(port: number, range: [number, number] | undefined): boolean {
  return range !== undefined && port >= range[0] && port <= range[1]
}
