import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { bytesPattern, durationPattern } from '../../src/model/units.ts'
import { filesBelow, read } from './source-files.ts'

/** Numbers in the gate that are facts and not thresholds. */
const facts: Readonly<Record<string, string>> = {
  'src/gate/rules/exposed-ports.ts 22': 'the port of SSH',
  'src/gate/rules/exposed-ports.ts 65535': 'the highest port',
  'src/gate/rules/reproducible.ts 80': 'characters of a step that differs',
  'src/gate/rules/layer-efficiency.ts 10000': 'rounds to four digits',
  'src/gate/rules/runtime-stop.ts 10': 'SIGUSR1',
  'src/gate/rules/runtime-stop.ts 12': 'SIGUSR2',
  'src/gate/rules/runtime-stop.ts 15': 'SIGTERM',
  'src/gate/rules/runtime-stop.ts 28': 'SIGWINCH',
  'src/gate/wasted-files.ts 60': 'characters of a step that is named beside a file',
  'src/gate/wasted-files.ts 120': 'characters of a path',
  'src/gate/rules/runtime-stop.ts 128': 'what a shell adds to the number of a signal',
}

/** Numbers with more than one digit, and strings that are a size or a duration. */
function thresholdsOf(path: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isNumericLiteral(node) && Number(node.text) >= 10) found.push(node.text)
    if (ts.isStringLiteralLike(node) && (bytesPattern.test(node.text) || durationPattern.test(node.text)))
      found.push(node.text)
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest))
  return found
}

describe('the numbers that the gate judges by', () => {
  it('stand in the policy: its defaults, and what no policy can set', () => {
    const found = filesBelow('src/gate', '.ts').flatMap((path) =>
      thresholdsOf(path, read(path)).map((number) => `${path} ${number}`),
    )
    expect(found.filter((name) => facts[name] === undefined)).toEqual([])
    expect(Object.keys(facts).filter((name) => !found.includes(name))).toEqual([])
  })

  it('are seen however they are written', () => {
    expect(thresholdsOf('a.ts', "const a = 24 * 3_600_000, b = '100 MB', c = `7d`, d = 3, e = 'CIS 4.10'")).toEqual([
      '24',
      '3600000',
      '100 MB',
      '7d',
    ])
  })
})
