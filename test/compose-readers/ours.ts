import { posix } from 'node:path'
import { AuditTree } from '../../src/audit/audit-tree.ts'
import type { Container, PortRange } from '../../src/audit/container.ts'
import { readCompose } from '../../src/audit/input/compose/read-compose.ts'
import { isUnknown } from '../../src/formats/unknown-value.ts'
import type { Service } from './theirs.ts'

/** Files of a compose project by their paths, and those of them that are laid over each other, in their order. */
export interface Project {
  files: Readonly<Record<string, string>>
  paths: readonly [string, ...string[]]
}

/** What is not known without the machine on which the project is started: no value of Compose's stands against it. */
export const open = '?'

const text = (value: string | undefined) => (value === undefined ? '' : isUnknown(value) ? open : value)

/** What Loadline reads in a project, in the words of `Service`. Throws `SOURCE`. */
export function ours({ files, paths }: Project): Record<string, Service> {
  const tree = new AuditTree(Object.entries(files).map(([path, content]) => ({ path, text: content })))
  // Hooks that run before a service are containers, and no services.
  const services = readCompose(paths, tree).containers.filter(({ name }) => !name.includes('/'))
  return Object.fromEntries(services.map((container) => [container.name, serviceOf(container)]))
}

function serviceOf(container: Container): Service {
  const mode = text(container.namespaces.network?.value)
  const isStated = container.networks !== undefined
  return {
    image: text(container.image?.value),
    user: text(container.user?.value),
    privileged: container.privileged?.value === 'unknown' ? open : container.privileged?.value === true,
    readOnly: container.readOnly?.value === 'unknown' ? open : container.readOnly?.value === true,
    networkMode: mode,
    networks: isStated ? (container.networks?.value ?? []).toSorted() : mode === '' ? ['default'] : [],
    pid: text(container.namespaces.pid?.value),
    // Said twice it means no more.
    capAdd: [...new Set(container.capAdd.map(({ value }) => text(value)))],
    capDrop: [...new Set(container.capDrop.map(({ value }) => text(value)))],
    ports: container.ports.flatMap(({ value: { hostIp, host, container: inside, protocol } }) =>
      each(host, inside).map(([published, target]) => ({ hostIp: text(hostIp), published, target, protocol })),
    ),
    mounts: container.mounts.map(({ value: { kind, source, target, readOnly } }) => ({
      kind,
      source: kind === 'bind' ? absolute(source) : text(source),
      target: isUnknown(target) ? open : normal(target),
      readOnly,
    })),
  }
}

/** Two ranges of one length are pairs; a range of the host for one port of the container is what the engine chooses from. */
function each(host: PortRange, inside: PortRange): Array<[published: string, target: number | typeof open]> {
  if (host === 'unknown' || inside === 'unknown' || inside === undefined) return [[open, open]]
  const [first, last] = inside
  if (host === undefined) return numbers(first, last).map((target) => ['', target])
  if (host[1] - host[0] !== last - first) return [[`${host[0]}-${host[1]}`, first]]
  return numbers(first, last).map((target) => [String(host[0] + target - first), target])
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** As Compose resolves it, for a project in /ROOT/project of somebody whose home is /HOME. */
function absolute(source: string): string {
  if (isUnknown(source)) return open
  if (source.startsWith('~')) return normal(source.replace('~', '/HOME'))
  return /^(\/|[A-Za-z]:|\\\\)/.test(source) ? normal(source) : normal(posix.join('/ROOT/project', source))
}

export function normal(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '')
}
