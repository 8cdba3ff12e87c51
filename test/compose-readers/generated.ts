import * as fc from 'fast-check'
import type { Project } from './ours.ts'

const some = (values: readonly string[]) => fc.constantFrom(...values)

const addresses = some(['', '127.0.0.1:', '0.0.0.0:', '[::1]:', '${IP:-10.0.0.1}:'])
const hostPorts = some(['80', '8080', '8000-8002', '${PORT}', '${NONE:-9090}', '${A:-${B:-7070}}'])
const shortPort = fc
  .tuple(addresses, hostPorts, fc.boolean(), some(['', '/tcp', '/udp', '/UDP']))
  .map(([address, host, both, protocol]) => {
    const inside = host.includes('-8002') && both ? '90-92' : '90'
    return JSON.stringify(`${address}${host}:${inside}${protocol}`)
  })
const longPort = fc
  .tuple(hostPorts, fc.boolean(), some(['tcp', 'udp']))
  .map(
    ([host, own, protocol]) =>
      `{target: 90, published: "${host}"${own ? ', host_ip: 127.0.0.1' : ''}, protocol: ${protocol}}`,
  )
const sources = some(['./data', '.', '../up', '/etc', '~/x', 'named', './a/../b', '${DIR}', '${NONE:-./fallback}'])
const targets = some(['/a', '/b', '/c/', '/d'])
const shortMount = fc
  .tuple(sources, targets, some(['', ':ro', ':rw', ':ro,z']))
  .map(([source, target, how]) => JSON.stringify(`${source}:${target}${how}`))
const longMount = fc
  .tuple(some(['./data', '/etc', '../up']), some(['/a', '/b', '/c']), fc.boolean())
  .map(([source, target, only]) => `{type: bind, source: "${source}", target: ${target}, read_only: ${String(only)}}`)

/** Compose takes no two entries of a list that are the same, and what it makes of two mounts of one target in one list is its own affair. */
const own = (entry: string) => /(?::|target: )(\/[a-d])\b/.exec(entry)?.[1] ?? entry
const list = (key: string, items: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(items, { minLength: 1, maxLength: 3, selector: own })
    .map((entries) => `${key}: [${entries.join(', ')}]`)
const settings = fc.oneof(
  list('ports', fc.oneof(shortPort, longPort)),
  list('volumes', fc.oneof(shortMount, longMount)),
  list('cap_add', some(['NET_ADMIN', 'cap_sys_time', 'ALL'])),
  list('cap_drop', some(['ALL', 'NET_RAW'])),
  list('networks', some(['front', 'back'])),
  list('tmpfs', some(['/run', '"/tmp:size=1m"'])),
  some(['user: "0"', 'user: ${ID}', 'user: "${NONE:-7}:0"', 'user: "a$$b"']),
  some(['privileged: true', 'privileged: "${YES}"', 'privileged: false']),
  some(['read_only: true', 'read_only: "false"']),
  some(['network_mode: host', 'network_mode: none', 'pid: host']),
)

/** A service with each key once: the later of two settings of one key is left out. */
const service = fc.array(settings, { maxLength: 5 }).map((lines) => {
  const kept = new Map(lines.toReversed().map((line) => [line.slice(0, line.indexOf(':')), line]))
  if (kept.has('network_mode')) kept.delete('networks')
  return [...kept.values()]
})

const fileOf = (services: ReadonlyArray<readonly [name: string, lines: readonly string[]]>) =>
  [
    'services:',
    ...services.flatMap(([name, lines]) => [`  ${name}:`, '    image: a:1', ...lines.map((line) => `    ${line}`)]),
    'networks: {front: {}, back: {}}',
    'volumes: {named: {}}',
    '',
  ].join('\n')

/** Compose projects: services in one file or in two that are laid over each other, some that extend another one, with variables, ports, mounts and networks in every form. */
export const generated: fc.Arbitrary<Project> = fc
  .record({
    web: service,
    base: service,
    over: service,
    how: some(['one', 'extends', 'extends a file', 'include', 'two', 'reset', 'override']),
  })
  .map(({ web, base, over, how }): Project => {
    const env = { '.env': 'PORT=6060\nDIR=./of-env\nID=12\nYES=true\n' }
    const both = fileOf([
      ['web', how === 'extends' ? ['extends: base', ...web] : web],
      ['base', base],
    ])
    const tag = how === 'reset' ? '!reset' : '!override'
    const tagged = over.map((line) =>
      how === 'reset' || how === 'override'
        ? line.replace(/^(ports|volumes|cap_add): /, (key) => `${key}${tag} `)
        : line,
    )
    switch (how) {
      case 'extends a file':
        return {
          files: {
            ...env,
            'compose.yaml': fileOf([['web', ['extends: {file: sub/base.yaml, service: base}', ...web]]]),
            'sub/base.yaml': fileOf([['base', base]]),
          },
          paths: ['compose.yaml'],
        }
      case 'include':
        return {
          files: {
            ...env,
            'compose.yaml': `include: [sub/base.yaml]\nservices:\n  web:\n    image: a:1\n`,
            'sub/base.yaml': fileOf([['base', base]]),
          },
          paths: ['compose.yaml'],
        }
      case 'two':
      case 'reset':
      case 'override':
        return {
          files: { ...env, 'compose.yaml': both, 'over.yaml': fileOf([['web', tagged]]) },
          paths: ['compose.yaml', 'over.yaml'],
        }
      default:
        return { files: { ...env, 'compose.yaml': both }, paths: ['compose.yaml'] }
    }
  })
