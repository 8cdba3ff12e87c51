import { find, type Placed } from '../placed.ts'

/** A pod, or anything with the shape of one. */
export interface Pod {
  spec: Placed
  containers: Array<{ container: Placed; role: 'container' | 'init' | 'ephemeral' }>
  /** The map with `metadata` beside it, if there is one. */
  template: Placed | undefined
  /** Keys from the top of the object. */
  where: readonly string[]
  /**
   * The objects that define how a workflow step's pod is made, nearest first; for other kinds, the pod itself defines
   * everything.
   */
  around: readonly Placed[]
}

/** What can look like a pod but never is one: a schema, an object's status, an object's former state. */
export const passedBy: ReadonlySet<string> = new Set([
  'openAPIV3Schema',
  'status',
  'managedFields',
  'annotations',
  'labels',
])

/** Everything in an object that has the shape of a pod, whatever kind it is: lists of containers, or a single container of a workflow. */
export function podsIn(object: Placed): Pod[] {
  const pods: Pod[] = []
  const seen = new Set<Placed['value']>()
  const isOfSteps = ofSteps.test(String(find(object, 'kind')?.value))
  const walk = (placed: Placed, above: readonly Placed[], where: readonly string[]): void => {
    const { value } = placed
    // A value with several aliases is one value, and counts once.
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

/** Argo and Tekton kinds, whose pods are made from steps and from what the objects around them define. */
const ofSteps = /^(Cluster|Cron)?Workflow(Template|EventBinding)?$|^(Cluster)?Task(Run)?$|^Pipeline(Run)?$/

function templatesOf(placed: Placed): Placed[] {
  const templates = [['podTemplate'], ['taskRunTemplate', 'podTemplate']].map((keys) => find(placed, ...keys))
  return [placed, ...templates.filter((template) => template !== undefined)]
}

/** Lists that contain containers: those of a pod, and the steps and sidecars of pipelines. */
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
    const hasImage = key === 'steps' && isText(find(placed, 'stepTemplate', 'image'))
    return list
      .filter((item) => isText(find(item, 'image')) || ((isPod || hasImage) && isContainer(item)))
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

/** Even an item that no pod could start from can say that it is privileged. */
function isContainer(item: Placed): boolean {
  return (
    isText(find(item, 'name')) ||
    ['securityContext', 'command', 'script', 'args', 'env'].some((key) => find(item, key) !== undefined)
  )
}

function isText(placed: Placed | undefined): boolean {
  return typeof placed?.value === 'string'
}
