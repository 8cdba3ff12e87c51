import { DeliveryError } from '../model/errors.ts'
import {
  hasManifestName,
  isChart,
  isDockerfile,
  isHidden,
  isKustomization,
  isSourceOrDockerfile,
  notNamed,
} from './file-names.ts'
import { hasComposeName, isCompose, isFirstForm } from './input/compose/is-compose.ts'
import { taskDefinitionOf } from './input/ecs/read-task-definition.ts'
import { manifestsIn } from './input/kubernetes/manifests-within.ts'
import { isKubernetes, type UnjudgedObject } from './input/kubernetes/read-kubernetes.ts'
import { find, manifestError, type Placed } from './input/placed.ts'
import { readManifest, readManifestDocument, splitDocuments, type WrittenDocument } from './input/read-manifest.ts'
import {
  beginsAsManifest,
  isTemplate,
  mayHoldDeployment,
  startsContainers,
  withoutMarkers,
} from './words-of-deployments.ts'

/** A file to audit. */
export interface AuditFile {
  path: string
  text: string
  /** Whether the user named it: then it is read or refused. */
  named: boolean
  /** Its path below the named directory, if one was named. */
  below?: string | undefined
  /** For a chart or a kustomization: the result of rendering it. Absent if it was not tried. */
  rendering?: Rendering
  /** Set if it cannot be read as text; then `text` is empty. */
  fault?: Fault
}

/** Why a file cannot be read, and whether what is known of it leaves it possible that it starts containers. */
export interface Fault {
  reason: string
  mayStart: boolean
}

/** The manifests that a program rendered, or why it rendered none. */
export type Rendering = { by: string; text: string } | { why: string }

/** What a file is, with its contents. */
export interface Classified {
  file: AuditFile
  kind: 'dockerfile' | 'compose' | 'kubernetes' | 'ecs' | undefined
  documents: Placed[]
  passedOver: Array<{ path: string; reason: string }>
  /** Looks like a deployment but cannot be read: it is not clean. */
  unread: Array<{ path: string; line: number; reason: string }>
  /** Manifests inside other documents, which start containers where something applies them. */
  unjudged: UnjudgedObject[]
}

/** Whether a file that was named is no Dockerfile, whatever it is called. */
function isManifest({ path, text }: AuditFile): boolean {
  return hasManifestName(path) || beginsAsManifest(text)
}

/** Text of an instruction with which a Dockerfile begins, and no source does: `from a import b` is Python. */
const beginsDockerfile = /^(?:FROM(?:\s+--\S+)*\s+\S+(?:\s+AS\s+\S+)?|ARG\s+[A-Za-z_]\w*(?:=.*)?)$/i

/** True for a text whose first line, comments apart, is what a Dockerfile begins with. */
function beginsAsDockerfile(text: string): boolean {
  const first = text.split('\n').find((line) => !/^\uFEFF?\s*(#.*)?$/.test(line))
  return first !== undefined && beginsDockerfile.test(first.replace(/^\uFEFF/, '').trim())
}

/** Classifies a file by its name and content. Throws `SOURCE` if the user named it and it cannot be audited. */
export function classify(file: AuditFile): Classified {
  const { path, text, named } = file
  const nothing = (reason: string): Classified => ({
    file,
    kind: undefined,
    documents: [],
    passedOver: reason === '' ? [] : [{ path, reason }],
    unread: [],
    unjudged: [],
  })
  const fault = file.fault ?? (text.includes('\0') ? binaryFault(text) : undefined)
  if (fault !== undefined && !named) return unreadable(path, fault, nothing)
  if (!named && isHidden(file.below ?? '')) return nothing(startsContainers(text) ? notNamed : '')
  if (!named && isSourceOrDockerfile(path) && !beginsAsDockerfile(text))
    return nothing('not a Dockerfile, judging by its content')
  if (isDockerfile(path) || isSourceOrDockerfile(path) || (named && !isManifest(file))) {
    const isOne = named || /^[\uFEFF \t]*(FROM|ARG)\s/im.test(text)
    if (!isOne) return nothing('no FROM: nothing is built from it')
    if (!named && isTemplate(text)) return nothing('a template of a Dockerfile')
    return { ...nothing(''), kind: 'dockerfile' }
  }
  if (isChart(path) || isKustomization(path)) {
    const { rendering } = file
    const within = manifestsBeside(file)
    if (rendering !== undefined && 'text' in rendering) {
      const read = classifyManifest({ ...file, text: rendering.text })
      return { ...read, unjudged: [...read.unjudged, ...within] }
    }
    const reason = notRendered(path, rendering)
    if (named) throw manifestError({ path, line: 1 }, `expected a file that can be audited, found ${reason}`)
    const about = isChart(path) ? 'Helm chart' : 'kustomization'
    return { ...nothing(reason), unjudged: [...(isComponent(file) ? [] : [{ ...unrendered, path, about }]), ...within] }
  }
  if (!named && /\bAWS::ECS::TaskDefinition\b/.test(text)) return nothing(cloudFormation)
  if (!named && !hasComposeName(path) && !mayHoldDeployment(text)) return nothing(/\.json$/i.test(path) ? '' : neither)
  return classifyManifest(file)
}

/** For a file that cannot be read, its name and its words decide whether it may hide something that is deployed. */
function unreadable(path: string, { reason, mayStart }: Fault, nothing: (reason: string) => Classified): Classified {
  const isDeployed = mayStart || isDockerfile(path) || hasComposeName(path)
  return isDeployed ? { ...nothing(''), unread: [{ path, line: 1, reason }] } : nothing(reason)
}

/** The files of a kustomization are read as they are if it is not rendered, but what it makes of them is not known, and the templates of a chart say nothing by themselves. */
const unrendered = { line: 1, reason: 'what it deploys is unknown, because it is not rendered' }

/** Other kustomizations say what a component changes. */
function isComponent(file: AuditFile): boolean {
  if (isChart(file.path)) return false
  const documents = documentsOf(file)
  return Array.isArray(documents) && documents.every((document) => find(document, 'kind')?.value === 'Component')
}

/** Manifests in the file of a chart or kustomization itself: its own program ignores them, and kubectl applies them. */
function manifestsBeside(file: AuditFile): UnjudgedObject[] {
  if (!startsContainers(file.text)) return []
  const documents = documentsOf(file)
  return Array.isArray(documents)
    ? documents.flatMap(manifestsIn)
    : [{ path: file.path, line: 1, about: 'the file', reason: documents.message }]
}

/** The documents of a file, or why it cannot be read. */
function documentsOf({ path, text }: AuditFile): Placed[] | DeliveryError {
  try {
    return readManifest(text, path)
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
}

function notRendered(path: string, rendering: { why: string } | undefined): string {
  const [what, printer] = isChart(path) ? ['Helm chart', 'helm template'] : ['kustomization', 'kubectl kustomize']
  const why = rendering === undefined ? '' : ` (${rendering.why})`
  return `a ${what}, which is not rendered${why}: audit what "${printer}" prints`
}

/** What is said of a file with bytes that no text has. */
export function binaryFault(text: string): Fault {
  return { reason: 'expected UTF-8 text, found binary data', mayStart: startsContainers(text.replaceAll('\0', '')) }
}

const neither = 'neither a compose file nor a Kubernetes manifest'
const firstForm = 'expected "services", found the first form of compose files, which Compose no longer reads'
const cloudFormation =
  'a CloudFormation template with task definitions of ECS, which is not rendered: audit the output of "aws ecs describe-task-definition"'

function classifyManifest(file: AuditFile): Classified {
  const { path, text, named } = file
  const passedOver: Classified['passedOver'] = []
  const unread: Classified['unread'] = []
  const documents = splitDocuments(text, path).flatMap((written) => {
    try {
      return readManifestDocument({ ...withoutSchemas(written), isRendered: file.rendering !== undefined }) ?? []
    } catch (error) {
      if (named || !(error instanceof DeliveryError)) throw error
      const [, line = '1', reason = error.message] = /:(\d+): (.*)$/s.exec(error.message) ?? []
      const isOne = isUnreadTemplate(written, error)
      const isDeployed = !isOne && (hasComposeName(path) || startsContainers(written.text))
      if (isDeployed) unread.push({ path, line: Number(line), reason })
      else passedOver.push({ path, reason: isOne ? 'a template' : reason })
      return []
    }
  })
  const read = { file, documents, passedOver, unread, unjudged: [] }
  const within = documents.flatMap(manifestsIn)
  if (isCompose(documents, path)) return { ...read, kind: 'compose', unjudged: within }
  const tasks = documents.filter((document) => taskDefinitionOf(document) !== undefined)
  if (tasks.length > 0) return { ...read, kind: 'ecs', documents: tasks, unjudged: within }
  if (isFirstForm(documents, path)) {
    if (named) throw manifestError({ path, line: 1 }, firstForm, 'Put the services below "services".')
    return { ...read, kind: undefined, documents: [], unread: [...unread, { path, line: 1, reason: firstForm }] }
  }
  const objects = documents.filter(isKubernetes)
  const others = documents.filter((document) => !isKubernetes(document))
  const [other] = others
  if (named && (objects.length === 0 || other !== undefined)) refuse(path, objects, other)
  if (other !== undefined || documents.length === 0) {
    const where = objects.length === 0 || other === undefined ? '' : `line ${other.line}: `
    if (passedOver.length + unread.length === 0) passedOver.push({ path, reason: `${where}${neither}` })
  }
  return {
    ...read,
    kind: objects.length > 0 ? 'kubernetes' : undefined,
    documents: objects,
    unjudged: others.flatMap(manifestsIn),
  }
}

function refuse(path: string, objects: readonly Placed[], other: Placed | undefined): never {
  throw manifestError(
    { path, line: other?.line ?? 1 },
    objects.length > 0
      ? 'expected a Kubernetes object with "apiVersion" and "kind"'
      : 'expected a Dockerfile, a compose file ("services"), a Kubernetes manifest ("apiVersion" and "kind") or a task definition ("containerDefinitions"), found none of them',
    'Name a file that can be audited.',
  )
}

/** A CustomResourceDefinition holds schemas, which are deep and start nothing. */
function withoutSchemas(written: WrittenDocument): WrittenDocument {
  return isDefinition(written.text)
    ? { ...written, text: 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n' }
    : written
}

/** What stands at the beginning of a line of a definition. Nothing else may, or another object could hide behind a line of a text that only looks like its kind. */
const ofDefinition =
  /^(?:---|(["']?)apiVersion\1:\s+(["']?)apiextensions\.k8s\.io\/\w+\2|(["']?)kind\3:\s+(["']?)CustomResourceDefinition\4|(["']?)(?:metadata|spec|status)\5:(?:\s+\{.*\})?)\s*(?:#.*)?$/

function isDefinition(text: string): boolean {
  if (!/^["']?kind["']?:\s+["']?CustomResourceDefinition\b/m.test(text)) return false
  const [first, ...others] = text.split('\n').filter((line) => !/^\s*(?:#.*)?$/.test(line))
  return (
    first !== undefined &&
    [first, ...others.filter((line) => !line.startsWith(' '))].every((line) => ofDefinition.test(line))
  )
}

/** Whether a document cannot be read because it is a template: a marker in a comment or a text is no reason, and then the same fault is there without it. */
function isUnreadTemplate(written: WrittenDocument, fault: DeliveryError): boolean {
  if (!isTemplate(written.text)) return false
  try {
    readManifestDocument({ ...written, text: withoutMarkers(written.text) })
    return true
  } catch (error) {
    return !(error instanceof DeliveryError) || error.message !== fault.message
  }
}
