import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

const mostLines = { file: 300, function: 60 }

const document = 'one document, written in the order in which it is read'

/** What is longer than the limit: its exact length, and why. An entry goes once what it names is short enough. */
const longer: Readonly<Record<string, readonly [lines: number, why: string]>> = {
  'src/index.ts': [718, 'Dagger takes every function of a module, with its documentation, from one class'],
  'src/policy/schema.ts': [456, 'the schema of one document, with the documentation of every field'],
  'src/scaffold/artifacts/compose.ts compose': [61, document],
  'src/scaffold/artifacts/ecs.ts ecs': [103, document],
  'src/scaffold/artifacts/kubernetes/deployment.ts deployment': [72, document],
  'src/scaffold/artifacts/workflow.ts workflow': [95, document],
  'toolchain/engine-bundle.ts engineBundle': [64, document],
}

interface Measured {
  name: string
  lines: number
}

/** Every function of a TypeScript file that has a body, by its own name or by that of what it is given to. */
function functionsOf(path: string, text: string): Measured[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lineOf = (place: number) => source.getLineAndCharacterOfPosition(place).line
  const found: Measured[] = []
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const named = node.name ?? (node.parent as { name?: ts.Node }).name
      const lines = lineOf(node.end) - lineOf(node.getStart(source)) + 1
      found.push({ name: `${path} ${named?.getText(source) ?? '(anonymous)'}`, lines })
    }
    node.forEachChild(visit)
  }
  visit(source)
  return found
}

/** Every function of a Go file. gofmt, which is tested beside, begins and ends them at the margin. */
function goFunctionsOf(path: string, text: string): Measured[] {
  return [...text.matchAll(/^func (?:\([^)]*\) )?(\w+).*[({,]\n[\s\S]*?^}$/gm)].map(([whole, name]) => ({
    name: `${path} ${name}`,
    lines: whole.split('\n').length,
  }))
}

function tooLong(path: string, text: string): Measured[] {
  const file = { name: path, lines: text.split('\n').length - 1 }
  const functions = path.endsWith('.go') ? goFunctionsOf(path, text) : functionsOf(path, text)
  return [
    ...(file.lines > mostLines.file ? [file] : []),
    ...functions.filter(({ lines }) => lines > mostLines.function),
  ]
}

const sources = [
  ...['src', 'pipelines', 'ci', 'toolchain'].flatMap((room) => filesBelow(room, '.ts')),
  ...filesBelow('programs', '.go').filter((path) => !path.endsWith('_test.go')),
]

describe('length', () => {
  it('of a file is at most 300 lines and of a function 60, unless the list says why', () => {
    const found = Object.fromEntries(
      sources.flatMap((path) => tooLong(path, read(path))).map(({ name, lines }) => [name, lines]),
    )
    expect(found).toEqual(Object.fromEntries(Object.entries(longer).map(([name, [lines]]) => [name, lines])))
  })

  it('is measured of every way to write a function', () => {
    const lines = '\n'.repeat(60)
    const text = [
      `function first() {${lines}}`,
      `const second = () => {${lines}}`,
      `const third = { fourth() {${lines}}, fifth: async function () {${lines}} }`,
      `class Sixth { seventh() {${lines}} }`,
      `run(() => {${lines}})`,
      `function short() {${'\n'.repeat(59)}}`,
    ]
    expect(tooLong('a.ts', text.join('\n')).map(({ name }) => name)).toEqual([
      'a.ts',
      'a.ts first',
      'a.ts second',
      'a.ts fourth',
      'a.ts fifth',
      'a.ts seventh',
      'a.ts (anonymous)',
    ])
    const go = `func short() int { return 1 }\n\nfunc (r *reader) long(a int) {${lines}}\n\nfunc other() {\n}\n`
    expect(tooLong('a.go', go)).toEqual([{ name: 'a.go long', lines: 61 }])
  })
})
