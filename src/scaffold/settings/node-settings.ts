import { argumentsFrom, longestExpression, plainText, stringIn } from './code-text.ts'
import { schemaSettings } from './node-schemas.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads of `process.env`, in the schemas that check it, and by Nest's configuration service. */
export function nodeSettings(files: readonly Code[]): Array<Found & Code> {
  const read = files.flatMap((code) =>
    [...properties(code.text), ...destructured(code.text), ...services(code.text), ...wrapperCalls(code.text)].map(
      (found) => ({ ...found, ...code }),
    ),
  )
  return [...read, ...schemaSettings(files)]
}

/** `process.env.NAME`, also through a variable that holds `process.env`; an assignment is no read. */
function properties(text: string): Found[] {
  const others = [...text.matchAll(/\b(?:const|let|var)\s+(\w+)\s*(?::[^=\n]+)?=\s*process\.env\b(?!\s*[.[?])/g)].map(
    ([, name]) => name,
  )
  // A module of this name checks process.env once and hands it on.
  const handed = [
    ...text.matchAll(
      /\bimport\s+(?:(\w+)|\{([^{}]{0,300})\})\s+from\s+["'][^"'\n]*\b(?:env|environment|config)(?:\.\w+)?(?:\.\w+)?["']/g,
    ),
  ].flatMap(([, whole, items = '']) => (whole === undefined ? environmentsIn(items) : [whole]))
  const holders = new Set([...others, ...handed])
  const form =
    /(?:\bprocess\.env\??\.|\bprocess\.env\[\s*["'`]|\b(?:import\.meta|Bun)\.env\.|(?<![.\w])(?<holder>\w+)\.)(?<name>[A-Z]\w*)(?:["'`]\s*\])?(?!\s*=(?![=>]))/g
  const reads = [...text.matchAll(form)].filter(
    ({ groups }) => groups?.['holder'] === undefined || holders.has(groups['holder']),
  )
  return reads.map((match) => ({
    name: match.groups?.['name'] as string,
    at: match.index,
    required: false,
    fallback: alternative(text.slice(match.index + match[0].length, match.index + match[0].length + 300)),
  }))
}

/** Of imported names, those that speak of the environment, as the file calls them. */
function environmentsIn(items: string): string[] {
  return items.split(',').flatMap((item) => {
    const [own = '', other = own] = item.trim().replaceAll(/\s+/g, ' ').split(' as ')
    return /^\w*(?:env|ENV|Env|environment)$/.test(own) ? [other] : []
  })
}

/** What stands behind `??` or `||`. */
function alternative(after: string): string | undefined {
  return plainText(/^[)\s]*(?:\?\?|\|\|)\s*("[^"\n]*"|'[^'\n]*'|`[^`\n]*`|[\w.]+)/.exec(after)?.[1])
}

function destructured(text: string): Found[] {
  return [...text.matchAll(/\b(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*process\.env\b(?!\s*[.[])/g)].flatMap((match) =>
    (match[1] ?? '').split(',').flatMap((part): Found[] => {
      const [, name, fallback] = /^([A-Z]\w*)\s*(?::\s*\w+\s*)?(?:=([\s\S]+))?$/.exec(part.trim()) ?? []
      return name === undefined ? [] : [{ name, at: match.index, required: false, fallback: plainText(fallback) }]
    }),
  )
}

/** Nest's service, env-var and convict: variables by name in a call, or as the value of `env`. */
function services(text: string): Found[] {
  const form = /(?<receiver>\b\w+\.)?\b(?<method>get|getOrThrow|required)(?:<[^<>()]{0,100}>)?\(\s*(?=["'`][A-Z])/g
  const own = envVarNames(text)
  const calls = [...text.matchAll(form)].flatMap((match): Found[] => {
    const receiver = match.groups?.['receiver']?.slice(0, -1)
    const known = receiver === undefined ? own.has(match[0].split('(')[0] ?? '') : own.has(receiver)
    if (!known && !/^(?:\w*[cC]onfig(?:Service)?|env)$/.test(receiver ?? '')) return []
    const end = match.index + match[0].length
    const [first, second] = argumentsFrom(text, end)
    const name = stringIn(first)
    const chain = text.slice(end, end + longestExpression)
    const must =
      match.groups?.['method'] !== 'get' ||
      /^[^\n]{0,200}?\)\s*(?:\.default\([^)]*\))?\.required\(/.test(chain) ||
      /^[^()\n]{0,100}\)\s*\.required\(/.test(chain)
    const stated = /^[^()\n]{0,100}\)\s*\.default\(\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(chain)?.[1]
    return name === undefined
      ? []
      : [{ name, at: match.index, required: must, fallback: plainText(second) ?? plainText(stated) }]
  })
  return [...calls, ...convict(text)]
}

/** What a file calls env-var, and its function. */
function envVarNames(text: string): Set<string> {
  const forms = [/\bimport\b([^;"'()]{1,300})\bfrom\s*["']env-var["']/g, /\b(\w+)\s*=\s*require\(\s*["']env-var["']/g]
  const clauses = forms.flatMap((form) => [...text.matchAll(form)].map(([, clause = '']) => clause))
  return new Set(clauses.flatMap((clause) => clause.match(/\w+/g) ?? []))
}

/** Objects with `env` and what else convict asks for; the schema may stand in a file of its own. */
function convict(text: string): Found[] {
  if (!/["']convict["']|\bformat\s*:/.test(text)) return []
  return [...text.matchAll(/\benv:\s*["']([A-Z]\w*)["']/g)].map((match) => {
    const before = text.slice(Math.max(0, match.index - 400), match.index)
    const object = `${before.slice(before.lastIndexOf('{') + 1)}${/^[^{}]{0,400}/.exec(text.slice(match.index))?.[0] ?? ''}`
    const stated = /\bdefault:\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(object)?.[1]
    const secret = /\bsensitive:\s*true/.test(object) ? { secret: true as const } : {}
    return { name: match[1] as string, at: match.index, required: false, fallback: plainText(stated), ...secret }
  })
}
