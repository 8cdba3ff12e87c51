import { analyse } from 'scslre'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

const files = ['ci', 'pipelines', 'src'].flatMap((directory) => filesBelow(directory, '.ts'))

interface Expression {
  /** File and line. */
  at: string
  source: string
  flags: string
}

describe('regular expressions', () => {
  // What they are held against is somebody else's: at a megabyte, a square is hours.
  it('look at each character a bounded number of times, whatever they are held against', () => {
    const found = files.flatMap((path) => expressionsIn(path, read(path)))
    expect(found.length).toBeGreaterThan(1000)
    expect(found.flatMap(slowParts)).toEqual([])
  })
  it.each([
    ['starts over in a run of blanks', String.raw`const a = text.replace(/\s+$/, '')`, 1],
    ['has blank lines in the beginning of a line', String.raw`/^\s*#/m.test(text)`, 1],
    ['has two parts for the same letters', String.raw`new RegExp('^[a-z]*c[a-z]*$').test(word)`, 1],
    ['has choices for the same letters', String.raw`new RegExp(String.raw${'`'}^(\w+|a)*;${'`'})`, 1],
    ['reads a line once', String.raw`/^[ \t]*#/m.test(text)`, 0],
  ])('are found if one %s', (_, text, count) => {
    expect(expressionsIn('a.ts', text).flatMap(slowParts)).toHaveLength(count)
  })
})

/** The parts with which one may look at the same characters again and again; several of them are told once. */
function slowParts({ at, source, flags }: Expression): string[] {
  return analyse({ source, flags }).reports.map((report) => {
    const part = report.type === 'Trade' ? `${report.startQuant.raw} and ${report.endQuant.raw}` : report.quant.raw
    return `${at}: ${report.exponential ? 'exponential' : 'quadratic'} by ${part} in /${source}/${flags}`
  })
}

/** Every literal, and every text that is given to RegExp as it is. */
function expressionsIn(path: string, text: string): Expression[] {
  const found: Expression[] = []
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node) => {
    const at = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      found.push({ at, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      const [source, flags] = (node.arguments ?? []).map(writtenText)
      if (source !== undefined) found.push({ at, source, flags: flags ?? '' })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return found
}

/** A text without variables. */
function writtenText(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  const isRaw = ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw'
  return isRaw && ts.isNoSubstitutionTemplateLiteral(node.template) ? node.template.rawText : undefined
}
