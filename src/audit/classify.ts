import { posix } from 'node:path'
import { DeliveryError } from '../model/errors.ts'
import { hasComposeName, isCompose, isFirstForm } from './input/compose/is-compose.ts'
import { taskDefinitionOf } from './input/ecs/read-task-definition.ts'
import { manifestsIn } from './input/kubernetes/manifests-within.ts'
import { isKubernetes, type UnjudgedObject } from './input/kubernetes/read-kubernetes.ts'
import { manifestError, type Placed } from './input/placed.ts'
import { readManifest, readManifestDocument, splitDocuments, type WrittenDocument } from './input/read-manifest.ts'
import { isTemplate, mayHoldDeployment, startsContainers, withoutMarkers } from './words-of-deployments.ts'

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
  /** Why it cannot be read as text; then `text` is only what can be read of its beginning. */
  fault?: string
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

/**
 * What happens to a file, by its path below the directory: it is read, or skipped with a reason. Undefined for a file
 * that nobody would expect to be audited.
 */
export function treatmentOf(path: string): 'read' | { skipped: string } | undefined {
  const skipped = isHidden(path) ? inHiddenDirectory(path) : onlyNamedLike(path)
  if (skipped !== undefined) return { skipped }
  return isHidden(path)
    ? isOfPrograms(path) || !/\.ya?ml$/i.test(path)
      ? undefined
      : 'read'
    : mayBeAudited(path)
      ? 'read'
      : undefined
}

/** Whether a file is in a hidden directory. */
function isHidden(path: string): boolean {
  return directoriesOf(path).some((name) => name.startsWith('.'))
}

function isOfPrograms(path: string): boolean {
  return directoriesOf(path).some((name) => ofPrograms.test(name))
}

const directoriesOf = (path: string) => path.split('/').slice(0, -1)

/** Whether a file's name suggests that it can be audited. */
function mayBeAudited(path: string): boolean {
  return isDockerfile(path) || isSourceOrDockerfile(path) || isKustomization(path) || /\.(ya?ml|json)$/i.test(path)
}

/** Hidden directories that programs write for themselves. */
const ofPrograms =
  /^\.(git|hg|svn|aws-sam|angular|bundle|cache|cargo|dart_tool|direnv|gradle|m2|mypy_cache|next|npm|nuxt|parcel-cache|pnpm-store|pytest_cache|ruff_cache|rustup|serverless|svelte-kit|terraform|tox|turbo|venv|yarn)$/

const notNamed = 'in a hidden directory: name it to have it judged'

/** Why a Dockerfile or a compose file in a hidden directory is not judged; undefined for any other file there. */
function inHiddenDirectory(path: string): string | undefined {
  return !isOfPrograms(path) && (isDockerfile(path) || hasComposeName(path)) ? notNamed : undefined
}

/** True for a hidden directory in which people keep files of their own. */
export function isOfPeople(directory: string): boolean {
  return directory.startsWith('.') && !ofPrograms.test(directory)
}

export function isChart(path: string): boolean {
  return posix.basename(path) === 'Chart.yaml'
}

export function isKustomization(path: string): boolean {
  return /^(kustomization\.ya?ml|Kustomization)$/.test(posix.basename(path))
}

/** Endings of what only has a Dockerfile's name: pictures, texts, and templates of one. */
const foreign =
  /\.(css|diff|dockerignore|ejs|erb|gif|hbs|html?|ico|in|j2|jinja2?|jpe?g|json|lock|m4|md|mustache|orig|patch|pdf|png|rej|rst|snap|svg|swp|tar|template|tgz|tmpl|toml|tpl|vue|webp|xml|ya?ml|zip)$/i
/** Extensions of source files, with which people also name the Dockerfile of a program in that language. */
const language = /\.(bash|c|cc|cjs|cpp|cs|go|h|java|jsx?|kt|mjs|php|ps1|py|rb|rs|sh|swift|tsx?)$/i
/** Text of an instruction with which a Dockerfile begins, and no source does: `from a import b` is Python. */
const beginsDockerfile = /^(?:FROM(?:\s+--\S+)*\s+\S+(?:\s+AS\s+\S+)?|ARG\s+[A-Za-z_]\w*(?:=.*)?)\s*$/i

/** Whether a name is a Dockerfile's: Dockerfile, Dockerfile.x, x.Dockerfile, Containerfile. */
export function isDockerfile(path: string): boolean {
  const name = posix.basename(path)
  return hasDockerfileName(name) && !foreign.test(name) && !language.test(name)
}

/** True for what is a source in some language by its name, or the Dockerfile for one: its text decides. */
function isSourceOrDockerfile(path: string): boolean {
  const name = posix.basename(path)
  return hasDockerfileName(name) && language.test(name)
}

/** True for a text whose first line, comments apart, is what a Dockerfile begins with. */
function beginsAsDockerfile(text: string): boolean {
  const first = text.split('\n').find((line) => !/^\uFEFF?\s*(#.*)?$/.test(line))
  return first !== undefined && beginsDockerfile.test(first.replace(/^\uFEFF/, '').trim())
}

/** Why a file named like a Dockerfile or a manifest is not one; undefined for any other. */
function onlyNamedLike(path: string): string | undefined {
  const name = posix.basename(path)
  if (/\.ya?ml\.(in|j2|jinja2?|m4|mustache|hbs|ejs|erb|gotmpl|te?mpl|template|tpl)$/i.test(name)) return 'a template'
  if (!hasDockerfileName(name) || !foreign.test(name)) return undefined
  return /\.(in|j2|jinja2?|m4|mustache|hbs|ejs|erb|te?mpl|template|tpl)$/i.test(name)
    ? 'a template of a Dockerfile'
    : 'not a Dockerfile, judging by its extension'
}

function hasDockerfileName(name: string): boolean {
  return /^(Docker|Container)file([._-].+)?$|\.(docker|container)file$/i.test(name)
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
  const fault = file.fault ?? (text.includes('\0') ? binary : undefined)
  if (fault !== undefined && !named) return unreadable(file, fault, nothing)
  if (!named && isHidden(file.below ?? '')) return nothing(startsContainers(text) ? notNamed : '')
  if (!named && isSourceOrDockerfile(path) && !beginsAsDockerfile(text))
    return nothing('not a Dockerfile, judging by its content')
  if (isDockerfile(path) || isSourceOrDockerfile(path) || (named && !/\.(ya?ml|json)$/i.test(path))) {
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
    return { ...nothing(reason), unjudged: [...(isComponent(text) ? [] : [{ ...unrendered, path, about }]), ...within] }
  }
  if (!named && /\bAWS::ECS::TaskDefinition\b/.test(text)) return nothing(cloudFormation)
  if (!named && !hasComposeName(path) && !mayHoldDeployment(text)) return nothing(/\.json$/i.test(path) ? '' : neither)
  return classifyManifest(file)
}

/** For a file that is not text, its name and its readable part decide whether it may hide something that is deployed. */
function unreadable({ path, text }: AuditFile, fault: string, nothing: (reason: string) => Classified): Classified {
  const isDeployed = isDockerfile(path) || hasComposeName(path) || startsContainers(text.replaceAll('\0', ''))
  return isDeployed ? { ...nothing(''), unread: [{ path, line: 1, reason: fault }] } : nothing(fault)
}

/** The files of a kustomization are read as they are if it is not rendered, but what it makes of them is not known, and the templates of a chart say nothing by themselves. */
const unrendered = { line: 1, reason: 'what it deploys is unknown, because it is not rendered' }

/** Other kustomizations say what a component changes. */
const isComponent = (text: string) => /^kind:\s*Component\s*$/m.test(text)

/** Manifests in the file of a chart or kustomization itself: its own program ignores them, and kubectl applies them. */
function manifestsBeside({ path, text }: AuditFile): UnjudgedObject[] {
  if (!startsContainers(text)) return []
  try {
    return readManifest(text, path).flatMap(manifestsIn)
  } catch (error) {
    if (error instanceof DeliveryError) return [{ path, line: 1, about: 'the file', reason: error.message }]
    throw error
  }
}

function notRendered(path: string, rendering: { why: string } | undefined): string {
  const [what, printer] = isChart(path) ? ['Helm chart', 'helm template'] : ['kustomization', 'kubectl kustomize']
  const why = rendering === undefined ? '' : ` (${rendering.why})`
  return `a ${what}, which is not rendered${why}: audit what "${printer}" prints`
}

/** What is said of a file with bytes that no text has. */
export const binary = 'expected UTF-8 text, found binary data'
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
