import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

/** From which rooms each room may import, beside itself. AGENTS.md shows this table; a pair that is not in it needs a reason first. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/formats': ['src/model'],
  'src/policy': ['src/model', 'src/formats'],
  'src/image-metadata': ['src/model'],
  'src/tools': ['src/model', 'src/policy'],
  'src/gate': ['src/model', 'src/policy', 'src/tools'],
  'src/report': ['src/model'],
  'src/attestation': ['src/model', 'src/tools'],
  'src/admission': ['src/model', 'src/tools', 'src/attestation'],
  'src/audit': ['src/model', 'src/formats', 'src/policy'],
  'src/bases': ['src/model', 'src/formats'],
  'src/scaffold': ['src/model', 'src/formats'],
  'src/engine': ['src/model', 'src/formats', 'src/tools'],
  'src/stages': [
    'src/model',
    'src/formats',
    'src/policy',
    'src/image-metadata',
    'src/tools',
    'src/attestation',
    'src/engine',
  ],
  pipelines: ['src/*'],
  'src/module': ['src/*', 'pipelines'],
  'src/index.ts': ['src/*', 'src/module', 'pipelines'],
  toolchain: ['src/model', 'src/tools', 'src/engine'],
  'ci/show': ['src/model', 'src/report', 'src/engine'],
  'ci/github': ['src/model', 'src/report', 'src/stages'],
  'ci/run': ['src/*', 'pipelines', 'ci/github', 'ci/show', 'toolchain'],
  'ci/cli': ['src/*', 'pipelines', 'ci/github', 'ci/show', 'ci/run', 'toolchain'],
  'ci/library.ts': ['src/*', 'pipelines', 'ci/run'],
}

/** Rooms that know neither Dagger nor files, processes and the network. */
const pure = 'model formats policy image-metadata tools gate report attestation admission audit bases scaffold'
  .split(' ')
  .map((name) => `src/${name}`)

const sources = ['src', 'pipelines', 'ci', 'toolchain']
  .flatMap((directory) => filesBelow(directory, '.ts'))
  .filter((path) => !path.startsWith('toolchain/runtime/'))

interface Import {
  target: string
  how: 'value' | 'type' | 'dynamic'
}

/** Every import of a file, as the compiler sees it: static, dynamic, of types, and what it exports again. */
function importsOf(path: string, text = read(path)): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, how: Import['how']) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const name = specifier.text
    const target = name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), name)) : name
    found.push({ target, how })
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.isTypeOnly === true ? 'type' : 'value')
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'dynamic')
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return found
}

function roomOf(path: string): string | undefined {
  return Object.keys(allowed).find((room) => path === room || path.startsWith(`${room}/`))
}

function mayImport(room: string, target: string): boolean {
  const inner = Object.keys(allowed).filter(
    (name) => name.startsWith('src/') && !/^src\/(module|index\.ts)$/.test(name),
  )
  const pairs = (allowed[room] ?? []).flatMap((entry) => (entry === 'src/*' ? inner : [entry]))
  return room === target || pairs.includes(target)
}

const graph = new Map(sources.map((path) => [path, importsOf(path)]))

describe('imports', () => {
  it('leave no file without a room', () => {
    expect(sources.filter((path) => roomOf(path) === undefined)).toEqual([])
  })

  it('go from room to room as the table says, of values and of types, static and dynamic', () => {
    const wrong = [...graph].flatMap(([path, imports]) =>
      imports
        .filter(({ target }) => graph.has(target) && !mayImport(roomOf(path) ?? '', roomOf(target) ?? ''))
        .map(({ target }) => `${path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('use every pair of the table', () => {
    const used = new Set(
      [...graph].flatMap(([path, imports]) => imports.map(({ target }) => `${roomOf(path)} -> ${roomOf(target)}`)),
    )
    const unused = Object.entries(allowed).flatMap(([room, targets]) =>
      targets
        .filter((target) => target !== 'src/*' && !used.has(`${room} -> ${target}`))
        .map((target) => `${room} -> ${target}`),
    )
    expect(unused).toEqual([])
  })

  it('stand in AGENTS.md as they are held here', () => {
    const table = Object.entries(allowed).map(([room, targets]) =>
      `    ${room.padEnd(19)} ${targets.join(' ')}`.trimEnd(),
    )
    expect(read('AGENTS.md')).toContain(table.join('\n'))
  })

  it('make no circle, not even of types', () => {
    expect(circles(new Map([...graph].map(([path, imports]) => [path, imports.map(({ target }) => target)])))).toEqual(
      [],
    )
  })

  it('bring neither Dagger nor files, processes or the network into the pure rooms', () => {
    const effects = /^(@dagger\.io|node:(fs|child_process|net|http|https|os|process)\b|execa$)/
    const wrong = [...graph].flatMap(([path, imports]) =>
      imports
        .filter(({ target, how }) => pure.includes(roomOf(path) ?? '') && how !== 'type' && effects.test(target))
        .map(({ target }) => `${path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('reach the toolchain lazily: what runs on an engine that is there loads nothing of it', () => {
    const aboutIt = ['ci/cli/engine.ts', 'ci/cli/sigstore.ts', 'ci/cli/doctor.ts']
    const wrong = [...graph]
      .filter(([path]) => path.startsWith('ci/') && !aboutIt.includes(path))
      .flatMap(([path, imports]) =>
        imports
          .filter(({ target, how }) => how === 'value' && target.startsWith('toolchain/'))
          .map(({ target }) => `${path} -> ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('open a session with the engine in one place only', () => {
    const opening = sources.filter((path) =>
      /\bimport\s*\{[^}]*\bconnect(?:ion)?\b[^}]*\}\s*from '@dagger\.io\/dagger'/.test(read(path)),
    )
    expect(opening).toEqual(['ci/run/session.ts'])
  })

  it('are all seen by this test', () => {
    const text =
      "import a, { type B } from './a.ts'\nimport type { C } from './c.ts'\nexport * from './d.ts'\nexport type { E } from './e.ts'\nconst f = await import('./f.ts')\nlet g: typeof import('./g.ts')\n// import './h.ts'\n"
    expect(importsOf('src/x/y.ts', text).map(({ target, how }) => `${target} ${how}`)).toEqual([
      'src/x/a.ts value',
      'src/x/c.ts type',
      'src/x/d.ts value',
      'src/x/e.ts type',
      'src/x/f.ts dynamic',
      'src/x/g.ts type',
    ])
    expect(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
          ['d', ['a']],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']])
  })
})

/** Groups of files of which each reaches each other by imports (Tarjan's strongly connected components with more than one member). */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
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
