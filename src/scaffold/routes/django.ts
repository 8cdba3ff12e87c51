import type { Code } from '../settings/setting.ts'
import { argument, lastName, literal, type CodeCall } from './calls.ts'
import { stemOf } from './imports.ts'
import { joined } from './prefix.ts'
import type { Route } from './route.ts'
import type { Prefix } from './routers.ts'

/** Paths of another file below a path of this one. */
interface Included {
  file: string
  prefix: Prefix
  module: string
}

/** Routes of Django, whose paths start without a slash and keep the one at their end. */
export function djangoRoutes(files: ReadonlyArray<readonly [code: Code, calls: readonly CodeCall[]]>): Route[] {
  const urls = files
    .filter(([{ text }]) => text.includes('urlpatterns'))
    .map(([{ path }, calls]) => [path, calls.filter((call) => /^(?:re_)?path$/.test(lastName(call)))] as const)
  const included = urls.flatMap(([file, calls]) =>
    calls.flatMap((call): Included[] => {
      const module = /^include\(\s*(?:\(\s*)?["']([\w.]+)["']/.exec(argument(call, 1) ?? '')?.[1]
      return module === undefined ? [] : [{ file, prefix: pathOf(call), module: module.replaceAll('.', '/') }]
    }),
  )
  const whole = urls.flatMap(([, calls]) => calls).filter((call) => argument(call, 1)?.startsWith('include(') === true)
  // Of what else is included, the code does not show where it is.
  const open = whole.some(
    (call) =>
      !/^include\(\s*(?:\(\s*)?["'][\w.]+["']|^include\([\w.]*\b(?:router|admin)\b/.test(argument(call, 1) ?? ''),
  )
  const base = (file: string, depth: number): Prefix => {
    if (depth > 10) return undefined
    const [above] = included.filter(({ module }) => isModule(file, module))
    if (above === undefined) return open && !file.endsWith('urls.py') ? undefined : '/'
    return joined(base(above.file, depth + 1), above.prefix)
  }
  return urls.flatMap(([file, calls]) => {
    const prefix = base(file, 0)
    return calls
      .filter((call) => call.arguments.length > 1 && argument(call, 1)?.startsWith('include(') !== true)
      .slice(0, 200)
      .flatMap((call) => {
        const path = pathOf(call)
        const local = call.inside === undefined || !call.inside.name.endsWith('i18n_patterns')
        return path === undefined ? [] : [{ path, prefix: local ? prefix : undefined }]
      })
  })
}

function isModule(file: string, module: string): boolean {
  const stem = stemOf(file)
  return stem === module || stem.endsWith(`/${module}`)
}

/** A path; undefined for an expression that more than one path fits. */
function pathOf(call: CodeCall): Prefix {
  const text = literal(argument(call, 0))
  const plain = lastName(call) === 're_path' ? text?.replace(/^\^/, '').replace(/\$$/, '').replace(/\/\?$/, '') : text
  return plain === undefined || !/^[\w/.-]*$/.test(plain) ? undefined : plain.replace(/^\//, '')
}
