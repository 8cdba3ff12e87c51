/** A JSON text of a file that holds several, and the line on which it starts, counted from 1. */
export interface JoinedText {
  line: number
  text: string
}

/** Objects of JSON one behind the other, as `kubectl get -o json` prints them in a loop; undefined for anything else. */
export function joinedJson(text: string): JoinedText[] | undefined {
  if (!/^[\s\uFEFF]*\{/.test(text)) return undefined
  const texts: JoinedText[] = []
  let [depth, begin, line] = [0, 0, 1]
  const token = /"(?:\\.|[^"\\])*"|[{}\n]|[^\s\uFEFF"{}]+/gs
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match
    if (depth === 0 && found !== '{' && found !== '\n') return undefined
    if (found === '{' && depth++ === 0) {
      begin = match.index
      texts.push({ line, text: '' })
    } else if (found === '}' && --depth === 0) {
      const last = texts.at(-1)
      if (last !== undefined) last.text = text.slice(begin, token.lastIndex)
    } else line += found === '\n' ? 1 : found.startsWith('"') ? found.split('\n').length - 1 : 0
  }
  return depth === 0 && texts.length > 1 ? texts : undefined
}
