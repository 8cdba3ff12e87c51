import { posix } from 'node:path'
import { DeliveryError } from '../model/errors.ts'
import type { Run } from '../model/index.ts'
import { isAtOrBelow } from '../model/is-at-or-below.ts'
import { Lock } from '../model/lock.ts'
import { readDocument } from '../model/read-json.ts'
import type { Policy } from '../policy/schema.ts'
import { withoutMarks } from '../formats/unknown-value.ts'
import { copiedAccounts, mayNameAccounts } from './account-files.ts'
import { auditDockerfile, type AuditedDockerfile } from './audited-dockerfile.ts'
import type { AuditFile, Classified } from './classify.ts'
import type { AuditTree } from './audit-tree.ts'
import type { Container } from './container.ts'
import type { Audited } from './evaluate-controls.ts'
import { composeFiles } from './input/compose/compose-files.ts'
import { readCompose } from './input/compose/read-compose.ts'
import type { BuiltDockerfile } from './input/compose/service-builds.ts'
import { readTaskDefinition } from './input/ecs/read-task-definition.ts'
import { fact } from './input/facts.ts'
import { manifestError } from './input/placed.ts'
import { dockerRunPath, readDockerRun } from './input/docker-run.ts'
import { readKubernetes } from './input/kubernetes/read-kubernetes.ts'

/** The inputs of an audit. */
export interface AuditInput {
  classified: Classifications
  /** The opened files of the tree, with its manifests parsed. */
  tree: AuditTree
  /** Files that were found but not read, and why. */
  passedOver: ReadonlyArray<{ path: string; reason: string }>
  dockerRun?: string | undefined
  run?: { run: Run; path: string; text: string } | undefined
  /** Provides build arguments; `policyPath` is its path. */
  policy: Policy
  policyPath?: string | undefined
}

/** Files by kind, and those that the policy leaves out. */
export interface Classifications {
  files: Classified[]
  ignored: Audited['ignored']
}

/** The files of an audit without those that the policy ignores; a file named by the user is never ignored. */
export function withoutIgnored(
  files: readonly AuditFile[],
  policy: Policy,
): { kept: AuditFile[]; ignored: Audited['ignored'] } {
  const ignored = (policy.audit?.ignore ?? []).map((entry) => ({ ...entry, files: 0 }))
  const kept = files.filter((file) => {
    const entry = file.named ? undefined : ignored.find(({ path }) => isIgnoredBy(file, path))
    if (entry !== undefined) entry.files++
    return entry === undefined
  })
  return { kept, ignored }
}

function isIgnoredBy(file: Pick<AuditFile, 'path' | 'below'>, entry: string): boolean {
  const wanted = posix.normalize(entry).replace(/\/$/, '')
  return [file.path, file.below].some((path) => path !== undefined && isAtOrBelow(path, [wanted]))
}

/** Requests the files that a file has beside it or names; an error is reported when it is read to be judged. */
export function askForOthers({ kind, file, documents }: Classified, tree: AuditTree): void {
  if (kind === 'dockerfile') pinnedBeside(file.path, tree)
  try {
    if (kind === 'dockerfile' && mayNameAccounts(file.text))
      accountsFrom(auditDockerfile(withoutMarks(file.text), file.path, { buildArgs: {} }), contextsOf(file), tree)
    if (kind !== 'compose') return
    for (const { path, text, context, ...build } of readCompose(composeFiles(file.path, documents, tree), tree)
      .dockerfiles)
      if (context !== undefined && mayNameAccounts(text))
        accountsFrom(auditDockerfile(withoutMarks(text), path, build), [context], tree)
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
  }
}

/** Reads all inputs. Throws `SOURCE` or `USAGE` if one that the user named cannot be read; for other files the report says so. */
export function readInputs(given: AuditInput): Audited {
  const { classified, dockerRun, run } = given
  const audited: Audited = {
    dockerfiles: [],
    containers: dockerRun === undefined ? [] : [readDockerRun(dockerRun)],
    configurations: [],
    run: run?.run,
    inputs: [
      ...(dockerRun === undefined ? [] : [{ path: dockerRunPath, kind: 'docker-run' as const, text: dockerRun }]),
      ...(run === undefined ? [] : [{ path: run.path, kind: 'verdict' as const, text: run.text }]),
    ],
    passedOver: [...given.passedOver, ...classified.files.flatMap(({ passedOver }) => passedOver)],
    unjudged: classified.files.flatMap(({ unjudged }) => unjudged),
    unread: classified.files.flatMap(({ unread }) => unread),
    ignored: classified.ignored,
  }
  const builds = { characters: 0 }
  for (const file of classified.files) readOne(file, audited, given, builds)
  // A file that another one includes may also have been given.
  return { ...audited, containers: once(audited.containers) }
}

/** Reads one file into the audit. If the user did not name it, an error becomes part of the report and the rest continues. */
function readOne(read: Classified, audited: Audited, given: AuditInput, builds: Builds): void {
  const { kind, file } = read
  if (kind === undefined) return
  try {
    audited.inputs.push({ path: file.path, kind, text: file.text })
    if (kind === 'dockerfile') audited.dockerfiles.push(readBuildFile(file, given))
    else if (kind === 'compose') addProject(read, audited, given, builds)
    else if (kind === 'ecs') audited.containers.push(...read.documents.flatMap(readTaskDefinition))
    else {
      for (const document of read.documents) {
        const { containers, configurations, unjudged, patches } = readKubernetes(document)
        for (const container of containers) audited.containers.push(container)
        audited.configurations.push(...configurations)
        audited.unjudged.push(...unjudged, ...(file.named ? patches : []))
        if (!file.named)
          audited.passedOver.push(
            ...patches.map(({ path, about, reason }) => ({ path, reason: `${about}: ${reason}` })),
          )
      }
    }
  } catch (error) {
    if (file.named || !(error instanceof DeliveryError)) throw error
    const [, at = file.path, line = '1', reason = error.message] = /^(.*?):(\d+): (.*)$/s.exec(error.message) ?? []
    audited.unread.push({ path: at, line: Number(line), reason })
  }
}

/** Where the build context of a Dockerfile can be: its own directory, or the one that is audited. */
function contextsOf({ path, below }: AuditFile): string[] {
  const own = posix.dirname(path)
  return below === undefined ? [own] : [own, posix.join(path.slice(0, path.length - below.length), '.')]
}

/** The files of accounts that it copies, from the first of the contexts that has them. */
function accountsFrom(
  { steps }: AuditedDockerfile,
  contexts: readonly string[],
  tree: AuditTree,
): AuditedDockerfile['copiedAccounts'] {
  return copiedAccounts(steps, (source) =>
    contexts
      .map((context) => tree.textIfAny(posix.join(context, posix.join('/', source))))
      .find((text) => text !== undefined),
  )
}

function readBuildFile(file: AuditFile, { policy: { build }, policyPath, tree }: AuditInput): AuditedDockerfile {
  const { path, text } = file
  const own = posix.join(posix.dirname(policyPath ?? 'loadline.yaml'), build.dockerfile)
  const target = build.target !== undefined && path === own ? { target: build.target } : {}
  const read = auditDockerfile(withoutMarks(text), path, { buildArgs: build.args, ...target })
  return { ...read, pinned: pinnedBeside(path, tree), copiedAccounts: accountsFrom(read, contextsOf(file), tree) }
}

/** The pins of `loadline.lock.json` beside a Dockerfile: a run builds on nothing else. */
function pinnedBeside(path: string, tree: AuditTree): Set<string> {
  const text = tree.textIfAny(posix.join(posix.dirname(path), 'loadline.lock.json'))
  if (text === undefined) return new Set()
  try {
    const { bases } = readDocument(
      text,
      Lock.pick({ bases: true }).loose(),
      (found) => new DeliveryError('SOURCE', found, 'Run "loadline lock".'),
    )
    return new Set(bases.map(({ reference }) => reference))
  } catch {
    return new Set()
  }
}

/** What the builds of an audit's projects have read so far. */
interface Builds {
  characters: number
}

/** The limits on builds of one project, and on the characters of all Dockerfiles that builds read once more: a line of a compose file can ask for a whole one. */
const [mostBuilds, mostCharacters] = [1_000, 4_000_000]

function addProject(
  { file, documents }: Classified,
  audited: Audited,
  { tree, classified }: AuditInput,
  builds: Builds,
): void {
  const project = readCompose(composeFiles(file.path, documents, tree), tree)
  const known = new Map<string, AuditedDockerfile>()
  const pins = new Map<string, Set<string>>()
  const readBuild = ({
    path,
    line,
    text,
    context,
    target,
    buildArgs,
    isInline,
  }: BuiltDockerfile): AuditedDockerfile => {
    builds.characters += text.length
    if (known.size >= mostBuilds || builds.characters > mostCharacters)
      throw manifestError(
        { path: file.path, line: 1 },
        known.size >= mostBuilds
          ? `expected at most ${mostBuilds} different builds, found more`
          : `expected at most ${mostCharacters} characters in the Dockerfiles of all builds, found more`,
      )
    const pinned = pins.get(path) ?? pinnedBeside(path, tree)
    pins.set(path, pinned)
    const dockerfile = auditDockerfile(isInline ? text : withoutMarks(text), path, { buildArgs, target }, line)
    const contexts = context === undefined ? [] : [context]
    return { ...dockerfile, pinned, copiedAccounts: accountsFrom(dockerfile, contexts, tree) }
  }
  const read = project.dockerfiles.flatMap((built) => {
    if (!built.isInline && !isJudgedAsBuilt(built, file, classified)) return []
    const { path, line, target, buildArgs, service, isInline } = built
    const key = JSON.stringify([path, line, target, buildArgs])
    const dockerfile = known.get(key) ?? readBuild(built)
    known.set(key, dockerfile)
    return [{ service, isInline, dockerfile }]
  })
  for (const container of project.containers) {
    const own = read.find(({ service, isInline }) => isInline && service === container.name)
    audited.containers.push(own === undefined ? container : withImage(container, own.dockerfile))
  }
  audited.dockerfiles.push(...known.values())
  // Somebody who names a compose file may not want to hear of what its images are built from.
  audited.unjudged.push(
    ...project.unjudged
      .filter(({ isOfBuild }) => !(isOfBuild && file.named))
      .map(({ path, line, about, reason }) => ({ path, line, about, reason })),
  )
}

/** Whether a Dockerfile has to be read once more: as this service builds it, or because only this service says that it is one. */
function isJudgedAsBuilt(built: BuiltDockerfile, { named }: AuditFile, { files, ignored }: Classifications): boolean {
  const isGiven = files.some(({ kind, file }) => kind === 'dockerfile' && file.path === built.path)
  if (isGiven) return built.target !== undefined || Object.keys(built.buildArgs).length > 0
  return !named && !ignored.some(({ path }) => isIgnoredBy({ path: built.path }, path))
}

/** A container with its image's variables, if the Dockerfile is given too. */
function withImage(container: Container, { path, steps }: AuditedDockerfile): Container {
  const variables = steps
    .filter(({ keyword, shipped }) => keyword === 'ENV' && shipped)
    .flatMap(({ properties, line }) =>
      properties.map((pair) => fact({ path, line }, { ...pair, of: 'image' as const })),
    )
  return { ...container, environment: [...variables, ...container.environment] }
}

/** Each container once. */
function once(containers: readonly Container[]): Container[] {
  const words = (container: Container) => JSON.stringify(container)
  return [...new Map(containers.map((container) => [words(container), container])).values()]
}
