import ts from 'typescript'
import { filesBelow, read } from './source-files.ts'

/** A test that carries the number of a fault. */
export interface FaultTest {
  path: string
  /** Titles and table keys that lead to it, without the mark. */
  name: string
  faults: number[]
}

const mark = /\s*\[faults? (\d+(?:, \d+)*)\]/

/** Every test that carries faults in its title, or in its row of a table of tests. */
export function faultTests(): FaultTest[] {
  return filesBelow('test', '.ts')
    .filter((path) => !path.startsWith('test/repo/fault'))
    .flatMap((path) => marksOf(path, read(path)))
}

/** The marks of one test file: they are read from its text literals, not from its comments. */
export function marksOf(path: string, text: string): FaultTest[] {
  const found: FaultTest[] = []
  const visit = (node: ts.Node) => {
    const literal = literalText(node)
    const numbers = literal === undefined ? undefined : mark.exec(literal)?.[1]
    if (literal !== undefined && numbers !== undefined) {
      found.push({
        path,
        name: [...titlesAround(node), literal.replace(mark, '')].join(' > '),
        faults: numbers.split(', ').map(Number),
      })
    }
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return found
}

/** From the outside in: titles of describe and it, and the keys of tables. */
function titlesAround(node: ts.Node): string[] {
  const titles: string[] = []
  for (let current = node; current.parent !== undefined; current = current.parent) {
    const { parent } = current
    if (
      ts.isCallExpression(parent) &&
      parent.arguments[0] !== current &&
      /^(describe|it|test)\b/.test(parent.expression.getText())
    )
      titles.unshift(literalText(parent.arguments[0])?.replace(mark, '') ?? '')
    if (ts.isPropertyAssignment(parent) && parent.initializer === current && current !== node)
      titles.unshift(parent.name.getText().replaceAll(/^'|'$/g, ''))
  }
  return titles.filter((title) => title !== '')
}

function literalText(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : undefined
}
