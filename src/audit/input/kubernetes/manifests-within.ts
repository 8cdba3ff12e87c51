import { find, type Placed } from '../placed.ts'
import { podsIn } from './pod-specs.ts'
import { isKubernetes, type UnjudgedObject } from './read-kubernetes.ts'

/**
 * Manifests that start containers inside a document of another kind: what a playbook applies, what a chart's values
 * add. Whether they are deployed as they stand is not known here.
 */
export function manifestsIn(document: Placed): UnjudgedObject[] {
  const seen = new Set<Placed['value']>()
  const walk = (placed: Placed): UnjudgedObject[] => {
    const { value, path, line } = placed
    if (typeof value !== 'object' || value === null || seen.has(value)) return []
    seen.add(value)
    if (Array.isArray(value)) return value.flatMap(walk)
    if (!isKubernetes(placed)) return [...value.values()].flatMap(walk)
    if (podsIn(placed).length === 0) return []
    const [kind, name] = [find(placed, 'kind'), find(placed, 'metadata', 'name')].map((one) => one?.value)
    const about = `${String(kind)}/${typeof name === 'string' ? name : ''}`
    return [{ path, line, about, reason: 'a manifest inside another document; audit it as a file' }]
  }
  return walk(document)
}
