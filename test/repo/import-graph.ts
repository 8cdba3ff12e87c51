import { posix } from 'node:path'
import ts from 'typescript'
import { filesBelow, read } from './source-files.ts'

/** An import as written; `names` are the imported names, or `*`. */
export interface Import {
  target: string
  how: 'value' | 'type' | 'dynamic'
  names: string[]
}

/** A file's imports, and how many of them compute the name of what they import at run time. */
export interface FileImports {
  imports: Import[]
  computed: number
}

/** Every import of a file, as the compiler sees it: static, dynamic, of types, and what it exports again. */
export function importsOf(path: string, text: string = read(path)): FileImports {
  const imports: Import[] = []
  let computed = 0
  const add = (specifier: ts.Node | undefined, how: Import['how'], names: string[] = ['*']) => {
    if (specifier === undefined) return
    if (!ts.isStringLiteralLike(specifier)) {
      computed += 1
      return
    }
    const name = specifier.text
    const target = name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), name)) : name
    imports.push({ target, how, names })
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.isTypeOnly === true ? 'type' : 'value', namesOf(node))
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    if (ts.isCallExpression(node) && isLoading(node.expression)) add(node.arguments[0], 'dynamic')
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return { imports, computed }
}

function isLoading(called: ts.Expression): boolean {
  return (
    called.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(called) && /^(require|createRequire)$/.test(called.text))
  )
}

function namesOf({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings
  const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined
  if (importClause === undefined || importClause.name !== undefined || named === undefined) return ['*']
  return named.map(({ name, propertyName }) => (propertyName ?? name).text)
}

const reachingOut = new Set(
  'process fetch WebSocket EventSource XMLHttpRequest globalThis global console performance setTimeout setInterval setImmediate queueMicrotask crypto navigator require'.split(
    ' ',
  ),
)

/** What a file uses of its environment without importing it: global objects with side effects, the clock, and randomness. */
export function globalsOf(path: string, text: string = read(path)): string[] {
  const found: string[] = []
  const ownNames = new Set<string>()
  const visit = (node: ts.Node) => {
    if (
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name)
    )
      ownNames.add(node.name.text)
    else if (ts.isIdentifier(node) && reachingOut.has(node.text) && isReference(node)) found.push(node.text)
    if (ts.isPropertyAccessExpression(node) && /^(Date\.now|Math\.random)$/.test(node.getText()))
      found.push(node.getText())
    const isDate = (called: ts.Expression) => ts.isIdentifier(called) && called.text === 'Date'
    if (ts.isNewExpression(node) && isDate(node.expression) && (node.arguments ?? []).length === 0)
      found.push('new Date()')
    if (ts.isCallExpression(node) && isDate(node.expression)) found.push('Date()')
    if (ts.isMetaProperty(node)) found.push(node.getText())
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return found.filter((name) => !ownNames.has(name))
}

/** Whether a name refers to a variable, and not to a member or to a key of an object or a type. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isBindingElement(parent)) return parent.propertyName !== node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  return !('name' in parent && parent.name === node)
}

/** Every file that the import rules apply to, of every kind that is run. Templates belong to the applications that are scaffolded. */
export const sources: readonly string[] = [
  ...['src', 'pipelines', 'ci', 'toolchain'].flatMap((room) =>
    ['.ts', '.cts', '.mts', '.mjs', '.js'].flatMap((ending) => filesBelow(room, ending)),
  ),
  'library.mjs',
].filter((path) => !path.startsWith('src/scaffold/templates/') && !path.endsWith('.d.mts'))

export const graph: ReadonlyMap<string, FileImports> = new Map(sources.map((path) => [path, importsOf(path)]))

/** Groups of files of which each reaches each other by imports (Tarjan's strongly connected components with more than one member). */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
  const visit = (file: string) => {
    order.set(file, order.size)
    lowest.set(file, order.get(file) ?? 0)
    open.push(file)
    for (const next of edges.get(file) ?? []) {
      if (!edges.has(next)) continue
      if (!order.has(next)) visit(next)
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(next) ?? 0))
    }
    if (lowest.get(file) !== order.get(file)) return
    const group = open.splice(open.indexOf(file))
    if (group.length > 1) found.push(group.toSorted())
  }
  for (const file of edges.keys()) if (!order.has(file)) visit(file)
  return found
}
