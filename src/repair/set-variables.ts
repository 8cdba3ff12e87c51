import type { PlacedInstruction } from './dockerfile-file.ts'

/** The variables that an ENV or ARG sets, and their values as written, without quotes around them; empty for an ARG without one. */
export function variablesOf({
  keyword,
  words,
}: Pick<PlacedInstruction, 'keyword' | 'words'>): Array<readonly [name: string, value: string]> {
  if (keyword === 'ENV')
    return words.flatMap((name, index) => (index % 3 === 0 ? [[name, unquoted(words[index + 1] ?? '')] as const] : []))
  if (keyword !== 'ARG') return []
  return words.map((word) => {
    const [name = ''] = word.split('=', 1)
    return [name, unquoted(word.slice(name.length + 1))] as const
  })
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2')
}
