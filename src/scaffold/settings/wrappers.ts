import { argumentsFrom, plainText, stringIn } from './code-text.ts'
import type { Found } from './setting.ts'

/** Functions that write a variable, or take it at compile time. */
const writes = /^(un|re)?set_?env|^put_?env|^del_?env|^(un)?bind_?env|set_?env$/i

/**
 * Calls of functions whose name speaks of the environment, with the variable as first argument: those of the languages, and those that applications put around them. A second argument that is
 * plain text is what they take instead.
 */
export function wrapperCalls(text: string): Found[] {
  return [...text.matchAll(/\b(\w+)\(\s*(?=["'`][A-Z])/g)].flatMap((match) => {
    const at = match.index
    if (!/env/i.test(match[1] ?? '') || writes.test(match[1] ?? '')) return []
    const [first, ...others] = argumentsFrom(text, at + match[0].length)
    const name = stringIn(first)
    if (name === undefined) return []
    const named = others.map((argument) => /^(?:default|fallback)\s*=\s*(\S[\s\S]*)/.exec(argument)?.[1])
    const fallback = plainText(named.find((value) => value !== undefined) ?? others[0])
    return [{ name, at, required: false, fallback }]
  })
}
