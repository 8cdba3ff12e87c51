import { posix } from 'node:path'
import { isUnknown, showUnknown } from '../../../formats/unknown-value.ts'
import { find, textOf, type Placed } from '../placed.ts'
import type { ComposeModel } from './load-compose.ts'
import { buildArguments } from './service-parts.ts'

/** A Dockerfile that a service's image is built from, with the settings of that build. */
export interface BuiltDockerfile {
  service: string
  path: string
  /** The line before its first, counted from 1. */
  line: number
  text: string
  target: string | undefined
  /** The directory of its build context; undefined if that is not in the tree. */
  context: string | undefined
  /** Values may be unknown. */
  buildArgs: Record<string, string>
  /** Whether it is embedded in the compose file. */
  isInline: boolean
}

/** The Dockerfile of a service, or why it is not seen. */
export interface ServiceBuilds {
  dockerfiles: BuiltDockerfile[]
  unjudged: Array<{ path: string; line: number; about: string; reason: string; isOfBuild: true }>
}

/** The Dockerfile of a service's build: embedded, or a file of the audited tree. */
export function buildsOf(service: string, of: Placed, model: ComposeModel): ServiceBuilds {
  const build = find(of, 'build')
  if (build === undefined) return { dockerfiles: [], unjudged: [] }
  const target = textIfAny(build, 'target')
  const settings = {
    service,
    target: target === undefined || target === '' || isUnknown(target) ? undefined : target,
    buildArgs: Object.fromEntries(buildArguments(of).map(({ value: { name, value } }) => [name, value])),
  }
  const inline = find(build, 'dockerfile_inline')
  if (inline !== undefined) {
    const { path, line } = inline
    return {
      dockerfiles: [{ ...settings, path, line, context: undefined, text: textOf(inline), isInline: true }],
      unjudged: [],
    }
  }
  const unjudged = (reason: string) => ({
    dockerfiles: [],
    unjudged: [{ path: build.path, line: build.line, about: service, reason, isOfBuild: true as const }],
  })
  const context = (typeof build.value === 'string' ? build.value : textIfAny(build, 'context')) ?? '.'
  const dockerfile = textIfAny(build, 'dockerfile') ?? 'Dockerfile'
  if (isUnknown(context) || isUnknown(dockerfile) || (target !== undefined && isUnknown(target)))
    return unjudged('a variable decides what its image is built from')
  if (isFetched(context)) return unjudged(`its image is built from ${showUnknown(context)}, which is not in the tree`)
  const directory = posix.join(model.directoryOf(build.path), context)
  const path = posix.normalize(posix.join(directory, dockerfile))
  const isOutside = [context, dockerfile].some((one) => one.startsWith('/')) || path.split('/')[0] === '..'
  const text = isOutside ? undefined : model.textOf(path)
  return text === undefined
    ? unjudged(`its image is built from ${path}, which is not in the tree`)
    : { dockerfiles: [{ ...settings, path, line: 0, context: directory, text, isInline: false }], unjudged: [] }
}

function textIfAny(build: Placed, key: string): string | undefined {
  const found = find(build, key)
  return found === undefined ? undefined : textOf(found)
}

/** True for a repository, or an archive at an address. */
function isFetched(context: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(context)
}
