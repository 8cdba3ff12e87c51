import { find, type Placed } from '../placed.ts'

/** A pod, or what has the shape of one. */
export interface Pod {
  spec: Placed
  containers: Array<{ container: Placed; role: 'container' | 'init' | 'ephemeral' }>
  /** The map that holds `metadata` beside it, where there is one. */
  template: Placed | undefined
  /** Keys from the top of the object. */
  where: readonly string[]
  /** What says how a pod is made of a step of a workflow, nearest first; of other kinds the pod itself says all. */
  around: readonly Placed[]
}

/** What is never a pod although it can look like one: a schema, what a cluster says of an object, what an object was. */
export const passedBy: ReadonlySet<string> = new Set([
  'openAPIV3Schema',
  'status',
  'managedFields',
  'annotations',
  'labels',
  'data',
  'stringData',
])

/** Everything in an object that has the shape of a pod, whatever kind it is: lists of containers, or a single container of a workflow. */
export function podsIn(object: Placed): Pod[] {
  const pods: Pod[] = []
  const seen = new Set<Placed['value']>()
  const isOfSteps = ofSteps.test(String(find(object, 'kind')?.value))
  const walk = (placed: Placed, above: readonly Placed[], where: readonly string[]): void => {
    const { value } = placed
    // What aliases stand for is one value, and counts once.
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, [placed, ...above], [...where, String(index)]))
      return
    }
    const containers = containersIn(placed)
    if (containers.length > 0)
      pods.push({
        spec: placed,
        containers,
        template: where.at(-1) === 'spec' ? above[0] : placed,
        where,
        around: isOfSteps ? [placed, ...above].flatMap(templatesOf) : [],
      })
    for (const [key, inner] of value) if (!passedBy.has(key)) walk(inner, [placed, ...above], [...where, key])
  }
  walk(object, [], [])
  return pods
}

/** Kinds of Argo and Tekton, whose pods are made of steps and of what is said above them. */
const ofSteps = /^(Cluster|Cron)?Workflow(Template|EventBinding)?$|^(Cluster)?Task(Run)?$|^Pipeline(Run)?$/

function templatesOf(placed: Placed): Placed[] {
  const templates = [['podTemplate'], ['taskRunTemplate', 'podTemplate']].map((keys) => find(placed, ...keys))
  return [placed, ...templates.filter((template) => template !== undefined)]
}

/** Lists under which containers stand: those of a pod, and the steps and helpers of pipelines. */
const lists: Readonly<Record<string, 'container' | 'init' | 'ephemeral'>> = {
  containers: 'container',
  initContainers: 'init',
  ephemeralContainers: 'ephemeral',
  sidecars: 'container',
  steps: 'init',
}

function containersIn(placed: Placed): Pod['containers'] {
  const many = Object.entries(lists).flatMap(([key, role]) => {
    const list = find(placed, key)?.value
    if (!Array.isArray(list)) return []
    const isPod = key.endsWith('ontainers')
    return list
      .filter((item) => isText(find(item, 'image')) || (isPod && isContainer(item)))
      .map((container) => ({ container, role }))
  })
  const single = ['container', 'script'].flatMap((key) => {
    const container = find(placed, key)
    return container !== undefined && isText(find(container, 'image'))
      ? [{ container, role: 'container' as const }]
      : []
  })
  return [...many, ...single]
}

/** What a pod cannot start as it is can still say that it is privileged. */
function isContainer(item: Placed): boolean {
  return (
    isText(find(item, 'name')) ||
    ['securityContext', 'command', 'args', 'env'].some((key) => find(item, key) !== undefined)
  )
}

function isText(placed: Placed | undefined): boolean {
  return typeof placed?.value === 'string'
}
