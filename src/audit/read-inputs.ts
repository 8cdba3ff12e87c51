import { basename } from 'node:path/posix'
import { DeliveryError } from '../model/errors.ts'
import type { Run } from '../model/index.ts'
import { shippedSteps } from '../formats/dockerfile/shipped-steps.ts'
import type { Container } from './container.ts'
import type { Audited } from './evaluate.ts'
import { hasComposeName, isCompose, readCompose, type OpenFile } from './input/compose.ts'
import { dockerRunPath, readDockerRun } from './input/docker-run.ts'
import { readKubernetes } from './input/kubernetes.ts'
import { at, manifestError, readManifest } from './input/placed.ts'

/** A file to audit. `named` where a person named it: then it must be one that can be audited. */
export interface AuditFile {
  path: string
  text: string
  named: boolean
}

/** Everything that was given, read. Throws `SOURCE` or `USAGE` where something cannot be read: then nothing is judged. */
export function readInputs(given: {
  files: readonly AuditFile[]
  open: OpenFile
  dockerRun?: string | undefined
  run?: { run: Run; path: string; text: string } | undefined
}): Audited {
  const { files, open, dockerRun, run } = given
  const kinds = files.map((file) => ({ ...file, kind: kindOf(file) }))
  const of = (kind: string) => kinds.filter((file) => file.kind === kind)
  const audited: Audited = {
    dockerfiles: of('dockerfile').map(({ path, text }) => readDockerfile(text, path)),
    containers: [
      // A file that another one includes may have been given as well.
      ...once(of('compose').flatMap(({ path, text }) => readCompose(text, path, open))),
      ...of('kubernetes').flatMap(({ path, text }) => readKubernetes(text, path)),
      ...(dockerRun === undefined ? [] : [readDockerRun(dockerRun)]),
    ],
    run: run?.run,
    inputs: [
      ...kinds.flatMap(({ path, text, kind }) => (kind === undefined ? [] : [{ path, kind, text }])),
      ...(dockerRun === undefined ? [] : [{ path: dockerRunPath, kind: 'docker-run' as const, text: dockerRun }]),
      ...(run === undefined ? [] : [{ path: run.path, kind: 'verdict' as const, text: run.text }]),
    ],
    passedOver: kinds.filter(({ kind }) => kind === undefined).map(({ path }) => path),
  }
  if (audited.inputs.length === 0)
    throw new DeliveryError(
      'SOURCE',
      'there is nothing to audit: no Dockerfile, no compose file, no Kubernetes manifest was found',
      'Name files or a directory that has some, or give --docker-run or --verdict.',
    )
  return audited
}

/** Files that are read before a tree is too large to be a set of deployment files. */
export const mostAuditedFiles = 1_000

/** True for a file by whose name it may be one that can be audited. */
export function mayBeAudited(path: string): boolean {
  return isDockerfile(path) || /\.ya?ml$/i.test(path)
}

function isDockerfile(path: string): boolean {
  return (
    /^(Docker|Container)file([._-].+)?$|\.(docker|container)file$/i.test(basename(path)) &&
    !/\.(dockerignore|md|ya?ml)$/i.test(path)
  )
}

function kindOf({ path, text, named }: AuditFile): 'dockerfile' | 'compose' | 'kubernetes' | undefined {
  if (isDockerfile(path)) return 'dockerfile'
  // A manifest says itself what it is, whatever its name.
  const documents = readManifest(text, path)
  const [first] = documents
  const isMap = first?.value instanceof Map
  if (isMap && at(first, 'apiVersion') !== undefined && at(first, 'kind') !== undefined) return 'kubernetes'
  if (isCompose(first, path)) return 'compose'
  if (named || hasComposeName(path))
    throw manifestError(
      { path, line: first?.line ?? 1 },
      'wanted a Dockerfile, a compose file ("services") or a Kubernetes manifest ("apiVersion" and "kind"), found neither',
      'Name a file that can be audited.',
    )
  return undefined
}

/** Each container that is written somewhere, once. */
function once(containers: readonly Container[]): Container[] {
  return [
    ...new Map(
      containers.map((container) => [JSON.stringify([container.path, container.line, container.name]), container]),
    ).values(),
  ]
}

function readDockerfile(text: string, path: string): Audited['dockerfiles'][number] {
  try {
    return { path, ...shippedSteps(text, { buildArgs: {} }) }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    const line = /^line (\d+): /.exec(error.message)?.[1] ?? '1'
    throw new DeliveryError('SOURCE', `${path}:${line}: ${error.message.replace(/^line \d+: /, '')}`, error.hint, {
      cause: error,
    })
  }
}
