import type { Language } from '../application.ts'
import type { Code } from '../settings/setting.ts'

/** A call in code, as far as its brackets show. */
export interface CodeCall {
  code: Code
  /** What stands before the opening bracket, with `@` for a decorator: "router.get", "Router::new"; "get" behind a dot in a chain. */
  name: string
  /** The place of the opening bracket. */
  at: number
  /** Where each argument starts and ends; the last one ends at the end of the text if nothing closes the call. */
  arguments: Array<[start: number, end: number]>
  /** The call whose arguments it is in. */
  inside: CodeCall | undefined
  /** The call on whose value it is made: `a().b()`. */
  on: CodeCall | undefined
  /** The call that its chain starts with; undefined if it is that one. */
  first: CodeCall | undefined
}

const tokens: Readonly<Record<Language, RegExp>> = {
  python: /("""|''')[\s\S]*?(?:\1|$(?![\s\S]))|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[()[\]{},]/g,
  node: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|[()[\]{},]/g,
  go: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|[()[\]{},]/g,
  java: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[()[\]{},]/g,
  rust: /"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^'\\\n])'|[()[\]{},]/g,
}

/** No call of a router has more. */
const mostArguments = 12

/** Longer names and longer gaps are no calls of a router. */
const longestName = 120

/** Every call in the order of its opening bracket. Comments are expected to be blanked. */
export function callsIn(code: Code, language: Language): CodeCall[] {
  const { text } = code
  const calls: CodeCall[] = []
  const open: Array<CodeCall | undefined> = []
  const closed = new Map<number, CodeCall>()
  const inside: Array<CodeCall | undefined> = []
  for (const { 0: token, index } of text.matchAll(tokens[language])) {
    if (token === '(') {
      const call: CodeCall = {
        code,
        ...namedAt(text, index, closed),
        at: index,
        arguments: [[index + 1, text.length]],
        inside: inside.at(-1),
      }
      calls.push(call)
      open.push(call)
      inside.push(call)
    } else if (token === '[' || token === '{') {
      open.push(undefined)
      inside.push(inside.at(-1))
    } else if (token === ',') {
      const call = open.at(-1)
      if (call !== undefined) nextArgument(call, index)
    } else if (token.length === 1) {
      const call = open.pop()
      inside.pop()
      if (call !== undefined) closed.set(endArguments(call, index), call)
    }
  }
  return calls
}

function nextArgument(call: CodeCall, at: number): void {
  endArguments(call, at)
  call.arguments.push([at + 1, call.code.text.length])
}

function endArguments(call: CodeCall, at: number): number {
  ;(call.arguments.at(-1) as [number, number])[1] = at
  return at
}

/** The name before an opening bracket, and the call that it is made on. */
function namedAt(
  text: string,
  at: number,
  closed: ReadonlyMap<number, CodeCall>,
): Pick<CodeCall, 'name' | 'on' | 'first'> {
  let start = at
  while (start > 0 && at - start < longestName && /[\w$.:@!]/.test(text[start - 1] as string)) start -= 1
  // Types of Rust stand in the name.
  const typed = text.startsWith('::', start)
    ? /(?<!\w)\w+::<[^()]*>$/.exec(text.slice(Math.max(0, start - 100), start))
    : null
  const name = `${typed?.[0] ?? ''}${text.slice(start, at)}`
  if (!name.startsWith('.')) return { name, on: undefined, first: undefined }
  let before = start - 1
  while (before > 0 && start - before < longestName && /[\s?]/.test(text[before] as string)) before -= 1
  const on = closed.get(before)
  return { name: name.slice(1), on, first: on?.first ?? on }
}

/** The last part of a call's name. */
export function lastName({ name }: Pick<CodeCall, 'name'>): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf(':'), name.lastIndexOf('@')) + 1)
}

/** The text of an argument, as far as a name, a path or a short object would go. */
export function argument(call: CodeCall, index: number): string | undefined {
  const [start, end] = call.arguments[index] ?? [0, 0]
  const text = call.code.text.slice(start, Math.min(end, start + 400)).trim()
  return text === '' ? undefined : text
}

/** The text in quotes that an expression is; undefined for anything else, also for one with values in it. */
export function literal(expression: string | undefined): string | undefined {
  const text = /^[rub]?(["'`])([^"'`\n]*)\1$/.exec(expression?.trim() ?? '')?.[2]
  return text?.includes('${') === true ? undefined : text
}

/** The expression of an argument by name: `prefix="/api"` or `{ prefix: '/api' }`; undefined if there is none. */
export function namedArgument(call: CodeCall, name: string): string | undefined {
  const form = new RegExp(`^(?:${name}\\s*=(?!=)|\\{(?:[^{}]{0,200}[,{\\s])?${name}\\s*:)\\s*([^,}]*)`)
  return call.arguments
    .slice(0, mostArguments)
    .map((_, index) => form.exec(argument(call, index) ?? '')?.[1])
    .find((found) => found !== undefined)
}

/** The first name on the line of an assignment whose value starts with this call. */
export function assignedTo(call: CodeCall): string | undefined {
  const { code, at, name } = call.first ?? call
  const start = at - name.length
  const line =
    code.text
      .slice(Math.max(0, start - 200), start)
      .split('\n')
      .at(-1) ?? ''
  return /^\s*(?:(?:export|const|let|var|mut|final|static|public|private)\s+)*([\w$.]+)(?![\w$.])[^=]*=\s*(?:await\s+|new\s+)*$/.exec(
    line,
  )?.[1]
}
