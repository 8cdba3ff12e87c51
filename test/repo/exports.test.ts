import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

/** What others than our own files import, and how. */
const forOthers: ReadonlyArray<[path: RegExp, who: string]> = [
  [/^ci\/library\.ts$/, 'programs that import the npm package'],
  [/^src\/index\.ts$|^src\/module\//, 'Dagger, which takes what is decorated'],
  [/^toolchain\/runtime\//, 'programs that run in containers'],
]

/** A name of a file, as `src/model/digest.ts digestOf`. The name is `*` for all of them. */
type Name = string

interface Module {
  /** What it exports itself: values, and types that it does not name again itself. A type in the signature of what it exports is of use by its name alone. */
  own: string[]
  /** What it exports again: its own name for it, and whose that is. */
  again: Array<[name: string, of: Name]>
  /** What it takes of others. */
  takes: Name[]
}

/** Reads what a file exports and imports. What is imported whole, or later, counts by the words of the importing file. */
function moduleOf(path: string, text: string): Module {
  const module: Module = { own: [], again: [], takes: [] }
  const target = (specifier: ts.Node | undefined): string | undefined =>
    specifier !== undefined && ts.isStringLiteralLike(specifier) && specifier.text.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(path), specifier.text))
      : undefined
  const words = () => [...new Set(text.match(/\w+/g))]
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const from = target(node.moduleSpecifier)
      const bindings = node.importClause?.namedBindings
      if (from !== undefined && bindings !== undefined)
        module.takes.push(
          ...(ts.isNamedImports(bindings)
            ? bindings.elements.map(({ name, propertyName }) => `${from} ${(propertyName ?? name).text}`)
            : words().map((word) => `${from} ${word}`)),
        )
    } else if (ts.isExportDeclaration(node)) {
      const from = target(node.moduleSpecifier)
      const clause = node.exportClause
      if (clause === undefined) module.again.push(['*', `${from} *`])
      else if (ts.isNamedExports(clause))
        for (const { name, propertyName } of clause.elements)
          if (from === undefined) module.own.push(name.text)
          else module.again.push([name.text, `${from} ${(propertyName ?? name).text}`])
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const from = target(node.argument.literal)
      if (from !== undefined) module.takes.push(...words().map((word) => `${from} ${word}`))
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const from = target(node.arguments[0])
      if (from !== undefined) module.takes.push(...words().map((word) => `${from} ${word}`))
    }
    node.forEachChild(visit)
  }
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  visit(source)
  for (const statement of source.statements) {
    if (!ts.canHaveModifiers(statement)) continue
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) module.own.push(name.text)
        else for (const element of name.elements) if ('name' in element) module.own.push(element.name.getText(source))
    const name = 'name' in statement ? (statement.name as ts.Node | undefined) : undefined
    if (name === undefined || !ts.isIdentifier(name)) continue
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
    if (!isType || text.match(new RegExp(`\\b${name.text}\\b`, 'g'))?.length === 1) module.own.push(name.text)
  }
  return module
}

/** Names that no other file takes, directly or through a file that exports them again. What is for others takes all that it exports. */
function unused(modules: ReadonlyMap<string, Module>, isForOthers: (path: string) => boolean): Name[] {
  const taken = new Set<Name>()
  const take = (name: Name): void => {
    if (taken.has(name)) return
    taken.add(name)
    const [path = '', word = ''] = name.split(' ')
    for (const [known, of] of modules.get(path)?.again ?? [])
      if (known === '*') take(`${of.split(' ')[0]} ${word}`)
      else if (known === word) take(of)
  }
  for (const [path, { own, again, takes }] of modules) {
    for (const name of takes) take(name)
    if (isForOthers(path)) for (const name of [...own, ...again.map(([known]) => known)]) take(`${path} ${name}`)
  }
  return [...modules].flatMap(([path, { own, again }]) =>
    [...new Set([...own, ...again.map(([name]) => name)])]
      .filter((name) => name !== '*')
      .map((name) => `${path} ${name}`)
      .filter((name) => !taken.has(name)),
  )
}

describe('exports', () => {
  const rooms = ['src', 'pipelines', 'ci', 'toolchain']
  const sources = [...rooms, 'test'].flatMap((room) => filesBelow(room, '.ts'))

  it('are there for another file: what none imports is not exported, and what none uses is deleted', () => {
    const modules = new Map(sources.map((path) => [path, moduleOf(path, read(path))]))
    const dead = unused(modules, (path) => forOthers.some(([those]) => those.test(path)))
    expect(dead.filter((name) => !name.startsWith('test/'))).toEqual([])
  })

  it('are followed through every way to import and to export again', () => {
    const files = {
      'a.ts':
        'export const used = 1, idle = 2\nexport function later() {}\nexport type Kind = 1\nexport class Whole {}\nexport interface Idle {}\nconst inner = 3\nexport { inner }',
      'index.ts': "export * from './a.ts'\nexport { used as renamed, idle as bored } from './a.ts'",
      'b.ts': "import { renamed, type Kind } from './index.ts'\nlet x: import('./a.ts').Whole",
      'c.ts': "const { later } = await import('./a.ts')\nimport * as all from './index.ts'\nall.inner",
    }
    const modules = new Map(Object.entries(files).map(([path, text]) => [path, moduleOf(path, text)]))
    expect(unused(modules, () => false)).toEqual(['a.ts idle', 'a.ts Idle', 'index.ts bored'])
    expect(unused(modules, (path) => path === 'index.ts')).toEqual(['a.ts Idle'])
  })
})
