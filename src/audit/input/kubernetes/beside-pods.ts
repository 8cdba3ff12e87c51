import { find, textOf, type Placed } from '../placed.ts'
import { passedBy, podsIn, type Pod } from './pod-specs.ts'

/** Something in an object that nobody judges here, and why. */
export interface BesidePods {
  line: number
  reason: string
}

/**
 * What an object says beside the pods that were found in it and that can start containers or let them out of their bounds: texts that are manifests or patches, rights that
 * its operator gives to containers of its own, and directories of the host that others mount by it.
 */
export function besidePods(object: Placed, pods: readonly Pod[]): BesidePods[] {
  return [...textsIn(object), ...hostVolumeOf(object), ...(pods.length === 0 ? [] : rightsIn(object, pods).slice(0, 1))]
}

/** What a policy of Kyverno makes: an object of its own for another one, which can be a pod. */
export function generatedPods(object: Placed, version: string): BesidePods[] {
  const rules = version.startsWith('kyverno.io/') ? find(object, 'spec', 'rules')?.value : undefined
  if (!Array.isArray(rules)) return []
  return rules.flatMap((rule) => {
    const generate = find(rule, 'generate')
    return generate !== undefined && podsIn(generate).length > 0
      ? [{ line: generate.line, reason: 'a rule that makes pods; audit what it makes' }]
      : []
  })
}

/** A text that changes pods, or is an object that starts some. */
function textsIn(placed: Placed, key: string = ''): BesidePods[] {
  const { value, line } = placed
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item))
  if (value instanceof Map)
    return [...value].flatMap(([name, inner]) => (passedBy.has(name) ? [] : textsIn(inner, name)))
  if (key === 'podSpecPatch' && value !== null)
    return [{ line, reason: 'a podSpecPatch, a text that changes its pods; audit what it makes of them' }]
  if (typeof value !== 'string' || !isManifest(value)) return []
  return [{ line, reason: `${key === '' ? '' : `${key} is `}a text that starts containers; audit it as a file` }]
}

const ofManifests = ['apiVersion', 'kind', '(?:initC|ephemeralC|c)ontainers'].map(
  (key) => new RegExp(String.raw`(?:^|[\s{,])["']?${key}["']?\s*:`),
)

function isManifest(text: string): boolean {
  return ofManifests.every((key) => key.test(text))
}

/** A volume of the cluster that is a directory of a host. */
function hostVolumeOf(object: Placed): BesidePods[] {
  if (find(object, 'kind')?.value !== 'PersistentVolume') return []
  const path = find(object, 'spec', 'hostPath', 'path') ?? find(object, 'spec', 'local', 'path')
  if (path === undefined) return []
  return [{ line: path.line, reason: `${textOf(path)} of the host, which every pod that claims it mounts` }]
}

/** What a pod has: without one of them it only has helpers, and another container that is written in another form. */
const ofContainers = ['containers', 'initContainers', 'ephemeralContainers']
/** Keys of a pod that are judged with it. */
const ofPod = /^(host(Network|PID|IPC|Users)|securityContext|volumes|stepTemplate|podTemplate)$/

function rightsIn(object: Placed, pods: readonly Pod[]): BesidePods[] {
  const judged = new Set(pods.flatMap(({ containers }) => containers.map(({ container }) => container.value)))
  const whole = pods.filter(
    ({ spec, around }) => around.length > 0 || ofContainers.some((key) => find(spec, key) !== undefined),
  )
  const specs = new Set(whole.flatMap(({ spec, around }) => [spec, ...around].map(({ value }) => value)))
  const seen = new Set<Placed['value']>()
  const walk = ({ value }: Placed): BesidePods[] => {
    if (typeof value !== 'object' || value === null || judged.has(value) || seen.has(value)) return []
    seen.add(value)
    if (Array.isArray(value)) return value.flatMap(walk)
    return [...value].flatMap(([key, inner]) => {
      if (passedBy.has(key) || (specs.has(value) && ofPod.test(key))) return []
      return givesRights(key, inner)
        ? [{ line: inner.line, reason: `${key} beside the pods that are found in it; audit what is made of it` }]
        : walk(inner)
    })
  }
  return walk(object)
}

function givesRights(key: string, { value }: Placed): boolean {
  if (/^(privileged|hostProcess|host(Network|PID|IPC))$/.test(key)) return value === true || value === 'true'
  return (key === 'hostPath' && value !== null) || (key === 'procMount' && value === 'Unmasked')
}
