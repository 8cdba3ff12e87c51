import type { Code } from '../settings/setting.ts'
import { literal } from './calls.ts'

/** Paths that the code has under a name, by that name; undefined where it has two. */
export type PathConstants = ReadonlyMap<string, string | undefined>

export function pathConstants(code: readonly Code[]): PathConstants {
  const found = new Map<string, string | undefined>()
  for (const { text } of code)
    for (const [, word = '', given, path] of text.matchAll(
      /\b([A-Za-z_]\w{0,60})["']?[ \t]{0,20}((?::[ \t]{0,5}[&'\w.]{1,20}(?: \w{1,20})?|[ \t]string)?[ \t]{0,20}:?=|:)[ \t]{0,20}["'`](\/[\w/.-]*)["'`](?![ \t]*\+)/g,
    )) {
      // What an object has is named behind a dot; a variable of that name is another.
      const name = given === ':' ? `.${word}` : word
      found.set(name, found.has(name) && found.get(name) !== path ? undefined : path)
    }
  return found
}

/** The text that an expression is, in quotes or by the name of a constant. */
function onePath(expression: string | undefined, constants: PathConstants): string | undefined {
  const [, before, name] = /^((?:[\w$]+(?:\.|::))*)([A-Za-z_]\w*)$/.exec(expression?.trim() ?? '') ?? []
  if (name === undefined) return literal(expression)
  return constants.get(name) ?? (before === '' ? undefined : constants.get(`.${name}`))
}

/** The texts of a list in brackets, or the one that an expression is. */
export function pathsOf(expression: string | undefined, constants: PathConstants): string[] {
  const list = /^(?:arrayOf\(|[[{])([^()[\]{}]*)[)\]}]?/.exec(expression?.trim() ?? '')?.[1]
  return (list?.split(',') ?? [expression]).flatMap((one) => onePath(one, constants) ?? [])
}
