import type { Code } from '../settings/setting.ts'

/** What a name in a file stands for: something of another file, or that file. */
export interface ImportedName {
  /** The file, without its ending, as the end of a path: "orders/api/health"; empty for the package of the file itself. */
  source: string
  /** Its name there; undefined for the whole of it. */
  name: string | undefined
}

/** The names that imports bind, in Python and in JavaScript. */
export function bindingsIn({ path, text }: Code): ReadonlyMap<string, ImportedName> {
  return new Map(path.endsWith('.py') ? pythonBindings(text) : scriptBindings(path, text))
}

function pythonBindings(text: string): Array<[string, ImportedName]> {
  const whole = [...text.matchAll(/^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?/gm)].map(
    ([, module = '', alias]): [string, ImportedName] => [alias ?? module, { source: slashes(module), name: undefined }],
  )
  const parts = [
    ...text.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^()]{0,2000}\)|[^\n(]{1,2000})/gm),
  ].flatMap(([, module = '', names = '']) =>
    names
      .replaceAll(/[()]/g, '')
      .split(',')
      .flatMap((one): Array<[string, ImportedName]> => {
        const [name, as, alias] = one.trim().split(/\s+/)
        if (name === undefined || name === '') return []
        return [[as === 'as' && alias !== undefined ? alias : name, { source: slashes(module), name }]]
      }),
  )
  return [...whole, ...parts]
}

function slashes(module: string): string {
  return module.replace(/^\.+/, '').replaceAll('.', '/')
}

function scriptBindings(path: string, text: string): Array<[string, ImportedName]> {
  const statements = [
    ...text.matchAll(
      /\b(?:import|export)\s{1,20}([\w$*{][^'"();]{0,1000}?)\s{1,20}from\s{0,20}["']((?:\.|[@~]\/)[^"'\n]*)["']/g,
    ),
    ...text.matchAll(
      /\b(?:const|let|var)\s{1,20}([\w${][^=;()]{0,1000}?)\s{0,20}=\s{0,20}require\(["']((?:\.|[@~]\/)[^"'\n]*)["']\)/g,
    ),
  ]
  return statements.flatMap(([, names = '', source = '']) => {
    // What an alias stands for is above the rest of the path.
    const file = source.startsWith('.') ? resolved(path, source) : stemOf(source.slice(2))
    const [, whole, parts] =
      /^(?:type )?(?:\* ?as )?([\w$]*)(?: ?,)? ?(?:\{([^{}]*)\})?$/.exec(names.trim().replaceAll(/\s+/g, ' ')) ?? []
    return [
      ...(whole === undefined || whole === ''
        ? []
        : [[whole, { source: file, name: undefined }] as [string, ImportedName]]),
      ...(parts ?? '').split(',').flatMap((one): Array<[string, ImportedName]> => {
        const [name, alias] = one.trim().split(/ as | ?: ?/)
        return name === undefined || name === '' ? [] : [[alias ?? name, { source: file, name }]]
      }),
    ]
  })
}

/** The file that a relative import means, without its ending. */
export function resolved(path: string, source: string): string {
  const parts = path.split('/').slice(0, -1)
  for (const part of source.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  return stemOf(parts.join('/'))
}

/** A path without the ending of a file, and without the name that stands for the whole folder. */
export function stemOf(path: string): string {
  return path.replace(/\.(?:py|[cm]?[jt]sx?|go|rs)$/, '').replace(/(?:^|\/)(?:__init__|index|mod)$/, '')
}
