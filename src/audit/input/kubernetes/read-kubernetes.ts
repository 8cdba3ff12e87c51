import type { Configuration, Container } from '../../container.ts'
import { fact } from '../facts.ts'
import { at, find, listOf, manifestError, textOf, type Placed } from '../placed.ts'
import { withPlaceholders } from '../placeholders.ts'
import { besidePods, generatedPods } from './beside-pods.ts'
import { containersOf } from './container-of.ts'
import { withoutPods } from './kinds.ts'
import { podsIn } from './pod-specs.ts'

/** An object in a manifest in which nothing was judged, and why. */
export interface UnjudgedObject {
  path: string
  line: number
  /** `Kind/name`. */
  about: string
  reason: string
}

/** What an object starts, and which parts were not judged. */
export interface KubernetesObject {
  containers: Container[]
  configurations: Configuration[]
  unjudged: UnjudgedObject[]
  /** Workloads without containers that grant nothing: the objects that they patch are judged. */
  patches: UnjudgedObject[]
}

/** The limit on nested lists, above what anybody writes. */
const deepestList = 3

/** Whether a document declares itself a Kubernetes object. */
export function isKubernetes(document: Placed | undefined): boolean {
  return ['apiVersion', 'kind'].every((key) => typeof find(document, key)?.value === 'string')
}

/**
 * Every container of an object, or of the objects in a list: pods are found by their shape, whatever kind contains
 * them. An object of a kind that cannot contain one gives nothing; any other without one is reported. Throws `SOURCE`
 * with file and line.
 */
export function readKubernetes(object: Placed): KubernetesObject {
  return readObject(withPlaceholders(object), 0)
}

function readObject(object: Placed, depth: number): KubernetesObject {
  if (!isKubernetes(object)) throw manifestError(object, 'expected a Kubernetes object with "apiVersion" and "kind"')
  const [kind, version] = ['kind', 'apiVersion'].map((key) => textOf(at(object, key) as Placed)) as [string, string]
  const own = find(object, 'metadata', 'name') ?? find(object, 'metadata', 'generateName')
  const name = own === undefined ? '' : textOf(own)
  const about = `${kind}/${name}`
  const items = itemsOf(object, kind, version)
  if (items !== undefined && depth < deepestList) {
    const read = items.map((item) => readObject(ofList(item, kind, object), depth + 1))
    return {
      containers: read.flatMap(({ containers }) => containers),
      configurations: read.flatMap(({ configurations }) => configurations),
      unjudged: read.flatMap(({ unjudged }) => unjudged),
      patches: read.flatMap(({ patches }) => patches),
    }
  }
  const { path, line } = object
  const met = { path, line, about }
  const isEmpty = withoutPods(kind, version)
  const pods = isEmpty ? [] : podsIn(object)
  const beside = isEmpty && kind !== 'PersistentVolume' ? generatedPods(object, version) : besidePods(object, pods)
  const unjudged = beside.map((found) => ({ ...met, ...found }))
  const nothing: KubernetesObject = { containers: [], configurations: [], unjudged, patches: [] }
  if (kind === 'ConfigMap' && version === 'v1')
    return { ...nothing, configurations: [{ path, line, name: about, entries: entriesIn(object) }] }
  if (isEmpty) return nothing
  const metadata = find(object, 'metadata')
  const containers = containersOf(pods, { about, kind, metadata, leftTo: platformOf(object, version) })
  if (containers.length > 0) return { ...nothing, containers }
  if (!workloads.test(kind)) return { ...nothing, unjudged: [...unjudged, { ...met, reason: noPod }] }
  return confines(object)
    ? {
        ...nothing,
        unjudged: [
          ...unjudged,
          { ...met, reason: `a patch that changes how the pods of a ${kind} are confined; audit the patched object` },
        ],
      }
    : { ...nothing, patches: [{ ...met, reason: `a patch of a ${kind} without containers` }] }
}

/** The objects of a list. kubectl takes anything with items for one, whatever kind it says it is. */
function itemsOf(object: Placed, kind: string, version: string): Placed[] | undefined {
  const items = find(object, 'items')
  if (items === undefined || !(kind.endsWith('List') || (withoutPods(kind, version) && Array.isArray(items.value))))
    return undefined
  return listOf(items).filter(({ value }) => value !== null)
}

/** The texts of a ConfigMap, each a variable or a file; of its bytes, those that are text. */
function entriesIn(object: Placed): Configuration['entries'] {
  return ['data', 'binaryData'].flatMap((key) => {
    const data = find(object, key)
    if (!(data?.value instanceof Map)) return []
    return [...data.value].flatMap(([name, placed]) => {
      if (typeof placed.value !== 'string') return []
      const value = key === 'data' ? placed.value : Buffer.from(placed.value, 'base64').toString()
      return value.includes('\uFFFD') ? [] : [fact(placed, { name, value })]
    })
  })
}

/** An item of a list, which may omit what the list states for all: a PodList contains pods. */
function ofList(item: Placed, kind: string, list: Placed): Placed {
  if (!(item.value instanceof Map) || isKubernetes(item)) return item
  const { path, line } = item
  const said = {
    apiVersion: at(list, 'apiVersion'),
    kind: { path, line, value: kind.slice(0, -'List'.length) || 'Object' },
  }
  const missing = Object.entries(said).filter(([key, value]) => value !== undefined && find(item, key) === undefined)
  return { ...item, value: new Map([...item.value, ...(missing as Array<[string, Placed]>)]) }
}

const workloads =
  /^(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob|Rollout|DeploymentConfig)$/
const noPod = 'no pod found in this kind, which may start containers defined elsewhere'

/** Whether it contains anything that loosens a pod's confinement or defines it. */
function confines({ value }: Placed): boolean {
  if (Array.isArray(value)) return value.some(confines)
  if (!(value instanceof Map)) return false
  return [...value].some(
    ([key, inner]) =>
      (/^host(Network|PID|IPC|Users)$/.test(key) && inner.value !== false) ||
      /^(hostPath|securityContext)$/.test(key) ||
      confines(inner),
  )
}

/** Cloud Run, which has Knative's API and runs containers in its own sandbox: it has no settings that confine one. */
function platformOf(object: Placed, version: string): string | undefined {
  const notes = ['annotations', 'labels'].flatMap((key) =>
    [find(object, 'metadata', key), find(object, 'spec', 'template', 'metadata', key)].flatMap((map) =>
      map?.value instanceof Map ? [...map.value.keys()] : [],
    ),
  )
  const isCloudRun = notes.some((key) => /^(run|cloud)\.googleapis\.com\//.test(key))
  return isCloudRun && /^(serving\.knative\.dev|run\.googleapis\.com)\//.test(version)
    ? 'Cloud Run, which has no such setting'
    : undefined
}
