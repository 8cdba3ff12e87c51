import type { SourceTree } from '../source-tree.ts'

/** Modules of Python itself that projects have files of the same name for: importing one says nothing of the project. */
const ofPython =
  /^(?:ast|calendar|cmd|code|codecs|collections|copy|csv|dataclasses|datetime|email|enum|functools|glob|html|http|inspect|io|json|locale|logging|math|numbers|operator|os|platform|profile|queue|random|re|resource|sched|secrets|select|signal|site|socket|statistics|string|struct|sys|test|tests|time|token|trace|types|typing|uuid|warnings|xml|zipfile)$/

/** The file of a module, and the folder from which it is imported. */
export interface PythonModule {
  path: string
  /** Folders below the source to search for modules; the first one holds this module. */
  roots: string[]
  /** Its name, with dots. */
  module: string
}

/** The modules of a project: by their files, and by the names that a person gives them. */
export interface PythonModules {
  /** Where a file's module is imported from: by what the project's own imports and settings name. */
  moduleOf(path: string): PythonModule
  /** The module of a name, whose file ends in one of these ways; undefined if no file does. */
  moduleNamed(name: string, ends: readonly string[]): PythonModule | undefined
}

/** Reads a project's imports once, for all its modules. */
export function pythonModules(tree: SourceTree, packages: ReadonlySet<string>): PythonModules {
  const [imported, modules] = [importsOf(tree, packages), modulesIn(tree)]
  const isFlat = tree.paths.includes('src/__init__.py')
  const known = new Map<string, readonly string[][]>()
  const importedBelow = (root: string) => {
    const found = known.get(root) ?? imported.filter((segments) => hasModule(root, segments, modules))
    known.set(root, found)
    return found
  }
  const moduleOf = (path: string, isRoot: (root: string) => boolean = () => true): PythonModule => {
    const folders = path.split('/').slice(0, /\/__(?:init|main)__\.py$/.test(path) ? -2 : -1)
    const above = ['', ...folders.map((_, index) => folders.slice(0, index + 1).join('/'))]
    const named = above.filter((root) => isRoot(root) && /^\w+(?:\.\w+)*$/.test(nameBelow(root, path)))
    const layout = path.startsWith('src/') && !isFlat ? 'src' : ''
    const usual = named.includes(layout) ? layout : (named[0] ?? '')
    const best = named.reduce(
      (one, other) => (importedBelow(other).length > importedBelow(one).length ? other : one),
      usual,
    )
    const others = ['', 'src'].filter(
      (root) => root !== best && importedBelow(root).some((segments) => !hasModule(best, segments, modules)),
    )
    return { path, roots: [best, ...others], module: nameBelow(best, path) }
  }
  return {
    moduleOf: (path) => moduleOf(path),
    moduleNamed(name, ends) {
      const wanted = ends.map((end) => `${name.replaceAll('.', '/')}${end}`)
      const paths = tree.paths.filter((path) => wanted.some((end) => path === end || path.endsWith(`/${end}`)))
      const [path] = paths.sort((a, b) => a.split('/').length - b.split('/').length)
      return path === undefined ? undefined : moduleOf(path, (root) => nameBelow(root, path) === name)
    },
  }
}

function nameBelow(root: string, path: string): string {
  const inside = root === '' ? path : path.slice(root.length + 1)
  return inside.replace(/(?:\/__(?:init|main)__)?\.py$/, '').replaceAll('/', '.')
}

/** What the project imports by its whole name, and the module of Django's settings, which is only named. */
function importsOf(tree: SourceTree, packages: ReadonlySet<string>): string[][] {
  const names = [...tree.texts]
    .filter(([path]) => path.endsWith('.py'))
    .flatMap(([, text]) => [
      ...text.matchAll(/^[ \t]*(?:from|import)[ \t]+(\w[\w.]*)|\bDJANGO_SETTINGS_MODULE["'],[ \t]*["'](\w[\w.]*)/gm),
    ])
    .map(([, imported, named]) => imported ?? named ?? '')
  return [...new Set(names)]
    .map((name) => name.split('.'))
    .filter(([first = '', ...rest]) => rest.length > 0 || !(ofPython.test(first) || packages.has(first)))
}

/** Every file of code without its ending, and every folder with one. */
function modulesIn({ paths }: SourceTree): ReadonlySet<string> {
  return new Set(
    paths
      .filter((path) => path.endsWith('.py'))
      .flatMap((path) => {
        const parts = path.slice(0, -'.py'.length).split('/')
        return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
      }),
  )
}

/** Whether a folder has a module, as far as two of its names show. */
function hasModule(root: string, [first = '', second]: readonly string[], modules: ReadonlySet<string>): boolean {
  const start = root === '' ? first : `${root}/${first}`
  return modules.has(second === undefined ? start : `${start}/${second}`)
}
