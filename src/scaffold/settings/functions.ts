import type { Language } from '../application.ts'
import type { Code } from './setting.ts'

/** A function of the application, as its first line shows it. */
export interface Header {
  name: string
  /** Where its name stands. */
  at: number
  parameters: string[]
}

const headers: Readonly<Record<Language, readonly RegExp[]>> = {
  python: [/\bdef[ \t]+(\w+)[ \t]*\(([^()]{0,400})\)/dg, /\b(\w+)[ \t]*=[ \t]*lambda[ \t]+([\w, =]{1,100}):/dg],
  node: [
    /\b(\w+)[ \t]*(?:<[^<>()]{0,100}>)?\(([^()]{0,400})\)[ \t]*(?::[^{}\n=;]{0,80})?\{/dg,
    /\b(\w+)[ \t]*=[ \t]*(?:async[ \t]+)?(?:function\b[ \t]*)?(?:<[^<>()]{0,100}>)?\(([^()]{0,400})\)[ \t]*(?::[^={}\n]{0,80})?(?:=>|\{)/dg,
    /\b(\w+)[ \t]*=[ \t]*(\w+)[ \t]*=>/dg,
  ],
  go: [
    /\bfunc[ \t]*(?:\([^()]{0,100}\)[ \t]*)?(\w+)[ \t]*(?:\[[^[\]]{0,100}\])?\(([^()]{0,400})\)/dg,
    /\b(\w+)[ \t]*:?=[ \t]*func\(([^()]{0,400})\)/dg,
  ],
  java: [/\b(\w+)[ \t]*\(([^()]{0,400})\)[^;{}()=\n]{0,100}\s{0,20}[{=]/dg],
  rust: [/\bfn[ \t]+(\w+)(?:<[^<>()]{0,200}>)?\(([^()]{0,400})\)/dg],
}

const noFunction = /^(?:if|for|while|switch|catch|return|when|with|function|synchronized)$/

/** The functions of a file, in order. */
export function headersOf({ text }: Code, language: Language): Header[] {
  return headers[language]
    .flatMap((form) => [...text.matchAll(form)])
    .filter((match) => !noFunction.test(match[1] ?? ''))
    .map((match) => ({
      name: match[1] as string,
      at: match.indices?.[1]?.[0] ?? match.index,
      parameters: parametersIn(match[2] ?? '', language),
    }))
    .sort((a, b) => a.at - b.at)
}

/** Names of parameters, without the one that a call does not give. */
function parametersIn(list: string, language: Language): string[] {
  const names = list.split(',').map((part) => {
    const before = part.split(/[:=?]/)[0]?.trim() ?? ''
    const words = before.match(/\w+/g) ?? []
    return (language === 'java' && !part.includes(':') ? words.at(-1) : words.find((word) => word !== 'mut')) ?? ''
  })
  return names.filter((name, index) => name !== '' && !(index === 0 && /^(?:self|cls)$/.test(name)))
}

/** The function that has a name as parameter and stands nearest before a place. */
export function functionAround(functions: readonly Header[], at: number, parameter: string): Header | undefined {
  let [low, high] = [0, functions.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((functions[middle] as Header).at < at) low = middle + 1
    else high = middle
  }
  for (let index = low - 1; index >= 0; index -= 1) {
    const header = functions[index] as Header
    if (at - header.at > farthest) return undefined
    if (header.parameters.includes(parameter)) return header
  }
  return undefined
}

/** From a function's name to a read in it, in characters. */
const farthest = 3_000
