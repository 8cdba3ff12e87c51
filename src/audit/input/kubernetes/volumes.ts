import { posix } from 'node:path'
import type { Fact, Mount } from '../../container.ts'
import { fact } from '../facts.ts'
import { at, entriesOf, find, listOf, textOf, truthOf, type Placed } from '../placed.ts'
import type { Pod } from './pod-specs.ts'

/** What a container mounts, with its pod's definition of each volume. */
export function volumeMounts(container: Placed, { spec, around }: Pod): Fact<Mount>[] {
  const volumes = [spec, ...around].flatMap((place) => listOf(find(place, 'volumes')))
  return listOf(at(container, 'volumeMounts')).map((mount) => mountOf(mount, volumes))
}

/** Host directories that a pod declares and no container mounts yet: a container added later can. */
export function unmountedHostPaths({ spec, containers }: Pod): Fact<Mount>[] {
  const mounted = new Set(
    containers.flatMap(({ container }) => listOf(at(container, 'volumeMounts')).map((mount) => wordOf(mount, 'name'))),
  )
  return listOf(find(spec, 'volumes')).flatMap((volume) => {
    const path = find(volume, 'hostPath', 'path')
    if (path === undefined || mounted.has(wordOf(volume, 'name'))) return []
    const target = '(no container mounts it yet)'
    return [fact(path, { kind: 'bind' as const, source: textOf(path), target, readOnly: false, propagation: '' })]
  })
}

function mountOf(mount: Placed, volumes: readonly Placed[]): Fact<Mount> {
  const volume = volumes.find((entry) => wordOf(entry, 'name') === wordOf(mount, 'name'))
  const hostPath = find(volume, 'hostPath', 'path')
  const readOnly = at(mount, 'readOnly')
  const propagation = wordOf(mount, 'mountPropagation')
  const isTemporary = find(volume, 'emptyDir') !== undefined || (volume !== undefined && entriesOf(volume).length <= 1)
  return fact(mount, {
    kind: hostPath !== undefined ? 'bind' : isTemporary ? 'tmpfs' : 'volume',
    source: hostPath === undefined ? wordOf(mount, 'name') : posix.join(textOf(hostPath), wordOf(mount, 'subPath')),
    target: wordOf(mount, 'mountPath'),
    readOnly: readOnly !== undefined && truthOf(readOnly) === true,
    propagation: propagation === 'Bidirectional' ? 'rshared' : propagation === 'HostToContainer' ? 'rslave' : '',
  })
}

function wordOf(placed: Placed, key: string): string {
  const found = at(placed, key)
  return found === undefined ? '' : textOf(found)
}
