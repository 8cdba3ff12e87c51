import { isUnknown } from '../../formats/unknown-value.ts'
import type { AuditedDockerfile } from '../audited-dockerfile.ts'
import type { Container, PortRange } from '../container.ts'
import { eachOr, on, onFile, openTo, type Control, type Judgement } from '../control.ts'

export const sshServer: Control = {
  id: 'cis-5.7',
  title: 'No SSH server runs in the container',
  severity: 'medium',
  remedy: 'Remove it; inspect a container with docker exec or kubectl debug.',
  ofDockerfile: (file) => eachOr(sshIn(file), onFile(file, 'manual', 'no step appears to start one; a base may')),
  ofContainer(container, run) {
    const daemon = container.command.find(({ value }) => /(^|[\s/])(sshd|dropbear)\b/.test(value))
    if (daemon !== undefined) return [on(container, 'fail', `starts ${daemon.value.slice(0, 80)}`, daemon)]
    const port =
      container.ports.find(({ value }) => within(22, value.container)) ??
      container.exposed.find(({ value }) => opensSsh(value))
    if (port !== undefined) return [on(container, 'fail', 'opens port 22', port)]
    const judged = run?.verdict?.results.find(({ rule }) => rule === 'ssh-server')
    return [
      on(
        container,
        judged?.status === 'passed' ? 'pass' : 'manual',
        judged?.status === 'passed'
          ? 'the image has no SSH server (rule ssh-server)'
          : 'none is visible here; the image may start one (rule ssh-server)',
      ),
    ]
  },
}

/** Port 22, or a program that serves it, in the shipped stages. */
function sshIn(file: AuditedDockerfile): Judgement[] {
  return file.steps
    .filter(({ shipped, onBuild }) => shipped && !onBuild)
    .flatMap(({ keyword, words, programs, line }) => {
      if (keyword === 'EXPOSE' && words.some(opensSsh)) return [onFile(file, 'fail', 'exposes port 22', line)]
      if (!/^(CMD|ENTRYPOINT)$/.test(keyword)) return []
      const starts = (programs?.commands ?? []).some(
        ({ name, args }) =>
          /^(sshd|dropbear)$/.test(name) ||
          (/^(service|rc-service|systemctl|rc-update)$/.test(name) &&
            args.some((word) => /^(ssh|sshd|ssh\.service)$/.test(word))),
      )
      return starts ? [onFile(file, 'fail', `${keyword} starts an SSH server`, line)] : []
    })
}

function opensSsh(exposed: string): boolean {
  const [, first = '0', last = first] = /^(\d+)(?:-(\d+))?(?:\/tcp)?$/i.exec(exposed) ?? []
  return Number(first) <= 22 && Number(last) >= 22 && first !== '0'
}

export const privilegedPorts: Control = {
  id: 'cis-5.8',
  title: 'No host port below 1024 is used',
  severity: 'low',
  remedy: 'Publish a port of 1024 or above, behind the reverse proxy or load balancer that owns 80 and 443.',
  ofContainer: (container) =>
    eachOr(
      container.ports.flatMap((port) => {
        const { host, written } = port.value
        if (host === 'unknown') return [openTo(container, `publishes ${written}`, port, written)]
        const isLow = host !== undefined && host[0] > 0 && host[0] < 1024
        return isLow ? [on(container, 'fail', `publishes ${written}`, port, written)] : []
      }),
      on(container, 'pass', 'no such port'),
    ),
}

export const neededPorts: Control = {
  id: 'cis-5.9',
  title: 'Only necessary ports are open',
  severity: 'medium',
  remedy: 'Publish each port by number, and only those that must be reachable from outside.',
  ofContainer(container) {
    if (container.publishesAll !== undefined && container.publishesAll.value !== false)
      return [on(container, 'fail', 'publishes whatever the image exposes', container.publishesAll)]
    const [first] = container.ports
    if (first === undefined) return [on(container, 'pass', 'publishes nothing')]
    return [
      on(
        container,
        'manual',
        `publishes ${container.ports.map(({ value }) => value.written).join(', ')}; decide whether each is needed`,
        first,
      ),
    ]
  },
}

const everyInterface = /^(|0\.0\.0\.0|0+(:0+)*|::|0|\*)$/
/** Reachable only from the host itself. */
const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

export const hostInterface: Control = {
  id: 'cis-5.14',
  title: 'Published ports are bound to one host interface',
  severity: 'medium',
  remedy: 'State the address, e.g. 127.0.0.1:8080:8080.',
  ofContainer(container) {
    if (container.ports.length === 0) return [on(container, 'not-applicable', 'publishes nothing')]
    return eachOr(
      container.ports
        .filter(({ value }) => everyInterface.test(value.hostIp) || isUnknown(value.hostIp))
        .map((port) => {
          const { hostIp, written } = port.value
          return isUnknown(hostIp)
            ? openTo(container, `publishes ${written}`, port, written)
            : on(container, 'fail', `publishes ${written} on every interface`, port, written)
        }),
      on(container, 'pass', container.ports.map(({ value }) => value.written).join(', '), container.ports[0]),
    )
  },
}

/** Well-known ports of databases, queues and caches. If other programs use the port too, the image must be the database's. */
const databases: ReadonlyArray<{ ports: readonly number[]; name: string; image?: RegExp }> = [
  { ports: [1433], name: 'SQL Server' },
  { ports: [1521, 2484], name: 'Oracle' },
  { ports: [3306, 33060], name: 'MySQL' },
  { ports: [5432], name: 'PostgreSQL' },
  { ports: [5984], name: 'CouchDB' },
  { ports: [6379, 6380], name: 'Redis' },
  { ports: [7474, 7473, 7687], name: 'Neo4j', image: /neo4j/ },
  { ports: [8086], name: 'InfluxDB', image: /influx/ },
  { ports: [9042], name: 'Cassandra' },
  { ports: [9200, 9300], name: 'Elasticsearch' },
  { ports: [11211], name: 'Memcached' },
  { ports: [26257], name: 'CockroachDB' },
  { ports: [27017, 27018, 27019], name: 'MongoDB' },
  { ports: [50000], name: 'Db2', image: /db2/ },
  { ports: [8123, 9000], name: 'ClickHouse', image: /clickhouse/ },
  { ports: [2379, 2380], name: 'etcd' },
]

export const databasePorts: Control = {
  id: 'practice-database-port',
  title: 'No database is reachable from outside its network',
  severity: 'high',
  remedy:
    'Remove the published port: services reach the database over their common network, and people with docker compose exec or kubectl port-forward.',
  ofContainer: (container) => eachOr(published(container), on(container, 'pass', 'no such port')),
}

function published(container: Container): Judgement[] {
  return container.ports.flatMap((port) => {
    const { hostIp, written } = port.value
    const known = databases.find(
      ({ ports, image }) =>
        ports.some((number) => within(number, port.value.container)) &&
        (image === undefined || image.test(container.image?.value ?? '')),
    )
    if (loopback.test(hostIp)) return []
    if (port.value.container === 'unknown') return [openTo(container, `publishes ${written}`, port, written)]
    if (known === undefined) return []
    const said = `publishes ${written} (${known.name})`
    return isUnknown(hostIp) ? [openTo(container, said, port, written)] : [on(container, 'fail', said, port, written)]
  })
}

function within(port: number, range: PortRange): boolean {
  return range !== undefined && range !== 'unknown' && port >= range[0] && port <= range[1]
}
