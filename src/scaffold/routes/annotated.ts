import type { Code } from '../settings/setting.ts'
import { argument, namedArgument, type CodeCall } from './calls.ts'
import { pathsOf, type PathConstants } from './held-paths.ts'
import type { Route } from './route.ts'
import { joined } from './prefix.ts'
import type { Prefix } from './routers.ts'

/** Annotations of what answers GET, in Spring, JAX-RS, Micronaut and Nest. */
const ofMethod = /^@(?:GetMapping|RequestMapping|Path|Get|All)$/

/** Annotations of a class whose methods answer. */
const ofClass = /@(?:RestController|Controller|RequestMapping|Path)\b/

/** Routes of classes: what stands before all of them, the path of the class, and that of the method. */
export function annotatedRoutes(
  files: ReadonlyArray<readonly [code: Code, calls: readonly CodeCall[]]>,
  constants: PathConstants,
  before: (path: string) => Prefix,
): Route[] {
  return files.flatMap(([code, calls]) => {
    const classes = classesIn(code, calls, constants)
    if (classes.length === 0) return []
    const ofClasses = new Set(classes.flatMap(({ calls: own }) => own))
    const methods = calls.filter((call) => ofMethod.test(call.name) && !ofClasses.has(call)).slice(0, mostRoutes)
    const found = [
      ...methods.flatMap((call) =>
        pathsOfAnnotation(call, constants, call.name.endsWith('Mapping')).map((path) => ({ at: call.at, path })),
      ),
      ...withoutPath(code.text),
    ]
    return found.map(({ at, path }) => {
      const above = classes.findLast((one) => one.at < at)
      const own = joined(above === undefined ? '' : above.prefix, path)
      return { path: own ?? `?${path ?? ''}`, prefix: own === undefined ? undefined : before(own) }
    })
  })
}

/** No application has more in one file. */
const mostRoutes = 200

/** Methods that answer at the path of their class. */
function withoutPath(text: string): Array<{ at: number; path: Prefix }> {
  return [...text.matchAll(/@(?:GetMapping|Get|GET)\b(?!\()/g)].slice(0, mostRoutes).flatMap(({ index }) => {
    const before = text.slice(Math.max(0, index - 300), index)
    const around = `${before.slice(Math.max(...['{', '}', ';'].map((sign) => before.lastIndexOf(sign))) + 1)}${text.slice(index, index + 300).split('{')[0]}`
    return around.includes('@Path(') ? [] : [{ at: index, path: '' }]
  })
}

/** The classes of a file that answer, with the calls that annotate them. */
function classesIn(
  { text }: Code,
  calls: readonly CodeCall[],
  constants: PathConstants,
): Array<{ at: number; prefix: Prefix; calls: readonly CodeCall[] }> {
  const annotations = calls.filter(({ name }) => /^@(?:RequestMapping|Path|Controller)$/.test(name))
  let from = 0
  return [...text.matchAll(/\b(?:class|interface)\s+[A-Z]\w*/g)].flatMap(({ index }) => {
    const start = Math.max(from, index - 1_000)
    // What annotates a class stands behind the end of whatever is before it.
    const above = text.slice(start, index)
    const begin = start + Math.max(above.lastIndexOf('}'), above.lastIndexOf(';')) + 1
    from = index
    if (!ofClass.test(text.slice(begin, index))) return []
    const own = annotations.filter(({ at }) => at >= begin && at < index)
    const paths = own.flatMap((call) => pathsOfAnnotation(call, constants))
    return [{ at: index, prefix: paths.length === 0 ? '' : paths[0], calls: own }]
  })
}

/** The paths of an annotation, with a slash in front; an empty one if it has none. */
function pathsOfAnnotation(call: CodeCall, constants: PathConstants, slashes = false): Prefix[] {
  if (namedArgument(call, 'version') !== undefined) return [undefined]
  const first = argument(call, 0)
  const named =
    call.arguments
      .slice(0, 12)
      .map((_, index) => /^(?:path|value)\s*=(?!=)\s*([\s\S]*)/.exec(argument(call, index) ?? '')?.[1])
      .find((found) => found !== undefined) ?? namedArgument(call, 'path')
  if (named === undefined && (first === undefined || /^\w+\s*=/.test(first))) return ['']
  const texts = pathsOf(named ?? first, constants)
  return texts.length === 0 ? [undefined] : texts.map((text) => withSlash(text, slashes))
}

/** A path with a slash in front. Only Spring's methods keep the one at the end. */
function withSlash(text: string, keepsLast: boolean): string {
  const plain = text.replace(/^\//, '')
  if (text === '' || (plain === '' && !keepsLast)) return ''
  return `/${keepsLast ? plain : plain.replace(/\/$/, '')}`
}
