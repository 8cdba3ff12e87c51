import { posix } from 'node:path'
import type { Fact, Mount } from '../../container.ts'
import { fact, hostDevice, textsOf } from '../facts.ts'
import { at, listOf, manifestError, textOf, truthOf, type Placed } from '../placed.ts'
import { isPath, readTmpfs, readVolume } from '../written-forms.ts'

/** The mounts of a service: of two with the same target, the later counts. `volumes` are the project's. */
export function serviceMounts(
  service: Placed,
  volumes: ReadonlyMap<string, Placed>,
  directoryOf: (path: string) => string,
): Fact<Mount>[] {
  const mounts = listOf(at(service, 'volumes')).map((item) => mountOf(item, volumes, directoryOf))
  return [
    ...new Map(mounts.map((mount) => [posix.join(mount.value.target, '/'), mount])).values(),
    ...textsOf(at(service, 'tmpfs')).map((written) => fact(written, readTmpfs(written.value))),
  ]
}

function mountOf(
  item: Placed,
  volumes: ReadonlyMap<string, Placed>,
  directoryOf: (path: string) => string,
): Fact<Mount> {
  const mount = item.value instanceof Map ? longMount(item) : readVolume(textOf(item))
  if (mount.kind === 'bind') return fact(item, { ...mount, source: resolved(mount.source, directoryOf(item.path)) })
  // A named volume can be a bind mount in disguise, or a disk of the host.
  const options = mount.kind === 'volume' ? volumes.get(mount.source) : undefined
  const device = hostDevice(at(options, 'driver_opts', 'device'), at(options, 'driver_opts', 'o'))
  if (device === undefined) return fact(item, mount)
  return fact(device, { ...mount, kind: 'bind', source: resolved(textOf(device), directoryOf(device.path)) })
}

function longMount(item: Placed): Mount {
  const text = (...keys: string[]) => {
    const found = at(item, ...keys)
    return found === undefined ? '' : textOf(found)
  }
  const type = text('type')
  if (at(item, 'target') === undefined) throw manifestError(item, 'expected a mount with a target, found none')
  const readOnly = at(item, 'read_only')
  const isBind = type === 'bind' || type === 'npipe' || (type === '' && isPath(text('source')))
  return {
    kind: isBind ? 'bind' : type === 'tmpfs' ? 'tmpfs' : 'volume',
    source: text('source'),
    target: text('target'),
    readOnly: readOnly !== undefined && truthOf(readOnly) === true,
    propagation: text('bind', 'propagation'),
  }
}

/** A relative path as one in the audited tree; any other as written. */
function resolved(source: string, directory: string): string {
  if (!/^\.{0,2}[^/~\\\uE000]/.test(source) || /^[A-Za-z]:/.test(source)) return source
  const path = posix.join(directory, source)
  return path.startsWith('../') ? path : `./${path}`.replace(/^\.\/\.$/, '.')
}
